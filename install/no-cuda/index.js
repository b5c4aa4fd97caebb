// onnxruntime-node's install script fetches CUDA's libraries (300 MB) from outside the npm registry, which Marquee never uses
// and which fails without internet. This package stands in for the one that the script, and nothing else, begins with
// (`overrides` in package.json), and ends it there.
exports.bootstrap = () => process.exit(0);
