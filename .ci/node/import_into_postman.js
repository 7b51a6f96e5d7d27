// Imports OpenAPI documents as Postman does, and prints what came of each as JSON.
const fs = require("fs")
const importer = require("openapi-to-postmanv2")

const requests = items => items.flatMap(item => (item.item ? requests(item.item) : [item.request]))

const imported = file =>
  new Promise((done, fail) => {
    const input = { type: "string", data: fs.readFileSync(file, "utf8") }
    importer.convertV2(input, {}, (error, answer) => {
      if (error || !answer.result) return fail(error || new Error(`${file}: ${answer.reason}`))
      const [collection, ...more] = answer.output
      done({
        accepted: importer.validate(input),
        collections: 1 + more.length,
        requests: requests(collection.data.item).map(request => ({
          method: request.method,
          path: `/${request.url.path.join("/")}`,
          body: (request.body && request.body.mode) || null,
          auth: request.auth ? request.auth.type : null,
        })),
        servers: collection.data.variable.filter(each => each.key === "baseUrl").map(each => each.value),
        // What it writes in place of a schema that it could not follow.
        troubles: JSON.stringify(collection).match(/<Error[^>]*>|Could not resolve[^"]*|\[object Object\]/g) || [],
      })
    })
  })

Promise.all(process.argv.slice(2).map(imported)).then(
  all => console.log(JSON.stringify(all)),
  error => {
    console.error(String(error))
    process.exit(1)
  },
)
