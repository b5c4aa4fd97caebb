// Skips the download of CUDA libraries (300 MB) by onnxruntime-node's install script: Marquee never uses them, and without
// internet access the download fails. The script is the only code that loads `global-agent`, and loads it first, so this package
// replaces it (`overrides` in package.json) and exits the script.
exports.bootstrap = () => process.exit(0);
