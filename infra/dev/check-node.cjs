// Plain old JavaScript: this has to run, and to speak, on any Node there is.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    'Airlock needs Node 24, and this is Node ' +
      process.versions.node +
      ': the optional download of Node 24 by npm failed, so run "npm ci" again with the registry in reach (without --omit=dev or --omit=optional), or put Node 24 on PATH.',
  )
  process.exit(1)
}
