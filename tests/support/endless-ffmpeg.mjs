#!/usr/bin/env node
// Answers as ffmpeg does, and never comes to an end: somebody has to end it.
if (!process.argv.includes("-version")) setInterval(() => process.stdout.write("out_time_us=1000000\nprogress=continue\n"), 100);
