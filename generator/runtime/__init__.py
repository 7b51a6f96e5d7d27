"""What every generated module of `aihub_api` stands on: enums, calls, envelopes, decoding, one plain client."""
