// Preloaded into a server under test. Its stdin is a pipe from the test: when that process ends, even by SIGKILL, the pipe
// does too, so that a test that failed half-way leaves no server behind.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
// The pipe alone must not keep the server alive when it wants to end by itself.
if ("unref" in process.stdin && typeof process.stdin.unref === "function") process.stdin.unref();
