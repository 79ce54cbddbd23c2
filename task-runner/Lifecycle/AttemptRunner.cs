using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Code;
using Executor.TaskRunner.Execution;
using Executor.TaskRunner.Inputs;
using Executor.TaskRunner.Measuring;
using Executor.TaskRunner.Outputs;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>One attempt from its inputs to its commit (docs/protocol.md, "An attempt's life").</summary>
internal sealed class AttemptRunner
{
    // A commit that is under way when the runner is asked to stop is worth waiting for: all the work is done.
    private static readonly TimeSpan CommitLimitWhenStopped = TimeSpan.FromSeconds(2);

    private readonly RunnerSettings _settings;
    private readonly TaskDescriptor _descriptor;
    private readonly WriterId _writer;
    private readonly IShuffleChannel _channel;
    private readonly IRunRecords _records;
    private readonly AttemptMeter _meter;
    private readonly AttemptReporter _reporter;
    private readonly AttemptLog _log;
    private readonly StopSignals _stop;
    private readonly TimeProvider _time;

    public AttemptRunner(
        RunnerSettings settings,
        TaskDescriptor descriptor,
        StoreConnection store,
        AttemptMeter meter,
        AttemptReporter reporter,
        AttemptLog log,
        StopSignals stop,
        TimeProvider time)
    {
        _settings = settings;
        _descriptor = descriptor;
        _writer = new WriterId(descriptor.Attempt, settings.Incarnation);
        _channel = store.Channel;
        _records = store.Records;
        _meter = meter;
        _reporter = reporter;
        _log = log;
        _stop = stop;
        _time = time;
    }

    /// <summary>Runs the attempt and says whether it won its instance's commit.</summary>
    /// <exception cref="AttemptFailedException">The body failed, or something of the runner's did.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    /// <exception cref="OperationCanceledException">The runner was asked to stop.</exception>
    public async Task<bool> RunAsync(AttemptFolders folders)
    {
        if (_descriptor.Code is { } code)
        {
            await new BundleFetcher(_records, _descriptor.Attempt.Run).FetchAsync(code, folders.Code, _stop.Token);
        }

        var sources = await OpenInputsAsync();
        foreach (var (input, source) in sources)
        {
            if (!input.Stdin)
            {
                await using var file = File.Create(folders.FileOf(input));
                await source.WriteToAsync(file, _stop.Token);
            }
        }

        var command = BodyCommandBuilder.Build(_descriptor, _settings, folders);
        _meter.Fetched();
        var collector = new OutputCollector(_descriptor, _writer, _channel, _meter);
        var fromStdout = await RunBodyAsync(command, sources, collector);

        var outputs = new List<OutputCommit>();
        foreach (var output in _descriptor.Outputs)
        {
            outputs.Add(output.Stdout ? fromStdout! : await CollectFileAsync(collector, output, folders.FileOf(output)));
        }

        _meter.Written();
        return await CommitAsync(outputs);
    }

    private async Task<List<(InputDescriptor Input, InputSource Source)>> OpenInputsAsync()
    {
        var waiter = new SealWaiter(_channel, _time);
        var sources = new List<(InputDescriptor, InputSource)>();
        foreach (var input in _descriptor.Inputs)
        {
            var seal = await waiter.WaitAsync(new SealId(_descriptor.Attempt.Run, input.From, input.SealGeneration), _stop.Token);
            sources.Add((input, new InputSource(_descriptor.Attempt.Run, input, seal, _channel, _meter)));
        }

        return sources;
    }

    private async Task<OutputCommit?> RunBodyAsync(
        BodyCommand command, List<(InputDescriptor Input, InputSource Source)> sources, OutputCollector collector)
    {
        OutputCommit? collected = null;
        var stdin = sources.Find(static source => source.Input.Stdin).Source;
        var stdout = _descriptor.Outputs.FirstOrDefault(static output => output.Stdout);
        _stop.Token.ThrowIfCancellationRequested();

        // Reported first: where the body has run, the report must not say otherwise, whatever kills the runner.
        _reporter.Report(static report => report with { Phase = AttemptPhase.Running });
        using var body = BodyProcess.Start(command, _settings.OwnsProcess);
        _meter.BodyStarted(body.Id);
        try
        {
            using var run = new BodyRun(body, _log, _stop, _time)
            {
                Feed = stdin is null ? null : stdin.WriteToAsync,
                Collect = stdout is null ? null : async (stream, token) => collected = await collector.CollectAsync(stdout, stream, token),
                Timeout = _descriptor.Timeout,
            };
            Judge(await run.ToEndAsync());
        }
        finally
        {
            _meter.BodyEnded();
        }

        _reporter.Report(static report => report with { Phase = AttemptPhase.Writing, ExitCode = 0 });
        return collected;
    }

    private void Judge(BodyExit exit)
    {
        if (exit.Succeeded)
        {
            return;
        }

        _reporter.Report(report => report with { ExitCode = exit.Code, Signal = exit.Signal });
        var outOfMemory = _meter.SawOutOfMemory();
        var end = exit.Signal is { } signal ? $"was ended by signal {signal}" : $"ended with exit code {exit.Code}";
        throw outOfMemory
            ? new AttemptFailedException(
                AttemptFailure.OutOfMemory,
                $"the body {end} after the kernel's OOM killer had ended a process of the attempt")
            {
                ExitCode = exit.ShellCode,
            }
            : new AttemptFailedException(AttemptFailure.Body, $"the body {end}") { ExitCode = exit.ShellCode };
    }

    private async Task<OutputCommit> CollectFileAsync(OutputCollector collector, OutputDescriptor output, string path)
    {
        if (!File.Exists(path))
        {
            throw AttemptFailedException.InvalidOutput(
                $"the body did not write output {output.Name}: there is no file {Path.GetFileName(path)} in {EnvironmentNames.OutputDirectory}");
        }

        await using var file = File.OpenRead(path);
        return await collector.CollectAsync(output, file, _stop.Token);
    }

    private async Task<bool> CommitAsync(List<OutputCommit> outputs)
    {
        _stop.Token.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var stopping = _stop.Token.Register(() => limit.CancelAfter(CommitLimitWhenStopped));
        var answer = await _channel.CommitAsync(
            new CommitRecord
            {
                Writer = _writer,
                Definition = _descriptor.Definition,
                TaskDefinition = _descriptor.TaskDefinition,
                Outputs = outputs,
                Usage = _meter.Measure(),
            },
            limit.Token);
        return answer.Won;
    }
}
