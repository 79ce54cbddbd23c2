using Executor.Cli;

return await CommandLineProgram.RunAsync(args, CliConsole.System, CancellationToken.None);
