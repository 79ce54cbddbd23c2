using Executor.ShuffleStore.Hosting;

return await StoreCommand.RunAsync(args, Console.Out, Console.Error);
