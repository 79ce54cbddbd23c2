using Executor.Benchmarks;

return await BenchmarkProgram.RunAsync(args);
