"""Where an emulator's records live: in memory, or in a folder that outlives the process."""
