using Executor.DotnetHost.Invocation;
using Executor.DotnetHost.Loading;
using Executor.DotnetHost.Streams;
using Executor.Sdk;

namespace Executor.DotnetHost;

/// <summary>Runs one task from its loading to the end of its outputs.</summary>
internal static class TaskHost
{
    public static async Task RunAsync(
        HostOptions options, BodyEnvironment environment, StandardStreams standard, TimeProvider time, CancellationToken cancellationToken)
    {
        var task = TaskActivator.Create(new TaskLoadContext(options.Assembly).LoadTask(), options.Type);
        try
        {
            await RunAsync(task, environment, standard, time, cancellationToken);
        }
        finally
        {
            await DisposeAsync(task);
        }
    }

    private static async Task RunAsync(
        ITask task, BodyEnvironment environment, StandardStreams standard, TimeProvider time, CancellationToken cancellationToken)
    {
        using var progress = environment.ProgressPath is { } path ? new ProgressWriter(path, time) : null;
        var writers = new List<OutputWriter>();
        try
        {
            writers.AddRange(environment.Outputs.Select(binding => OutputWriter.Open(binding, standard)));
            var inputs = new List<TaskInput>();
            foreach (var binding in environment.Inputs)
            {
                inputs.Add(await InputOpener.OpenAsync(binding, standard, cancellationToken));
            }

            var context = new TaskContext(inputs, writers.Select(writer => writer.Output))
            {
                RunId = environment.RunId,
                Task = environment.Task,
                Index = environment.Index,
                Attempt = environment.Attempt,
                Item = environment.Item,
                Parameters = new TaskParameters(environment.Parameters),
                Progress = progress,
            };
            await PumpAsync(task, context, cancellationToken);
            foreach (var writer in writers)
            {
                await writer.CompleteAsync(cancellationToken);
            }
        }
        finally
        {
            // An interrupted write still holds its stream: the process is about to end, and the end closes it.
            if (!cancellationToken.IsCancellationRequested)
            {
                foreach (var writer in writers)
                {
                    await writer.DisposeAsync();
                }
            }
        }
    }

    private static async Task PumpAsync(ITask task, TaskContext context, CancellationToken cancellationToken)
    {
        if (task.Schema is { } schema && context.Outputs.Count > 0)
        {
            context.Output.Declare(schema);
        }

        await foreach (var batch in task.RunAsync(context, cancellationToken).WithCancellation(cancellationToken))
        {
            await context.Output.WriteAsync(batch, cancellationToken);
        }
    }

    private static async ValueTask DisposeAsync(ITask task)
    {
        if (task is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            (task as IDisposable)?.Dispose();
        }
    }
}
