using Executor.Contracts.Descriptors;
using Executor.Contracts.Integrity;
using Executor.Contracts.Reporting;
using Executor.Shuffle.Channel;
using Executor.TaskRunner.Code;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Lifecycle;

/// <summary>Where the attempt's descriptor is: with the runner, in the environment or a file, or in the store.</summary>
internal sealed class DescriptorSource
{
    private readonly TaskDescriptor? _descriptor;
    private readonly string _run;
    private readonly string _sha256;

    private DescriptorSource(IReadOnlyList<Uri> stores, TaskDescriptor? descriptor, string run, string sha256)
    {
        Stores = stores;
        _descriptor = descriptor;
        _run = run;
        _sha256 = sha256;
    }

    /// <summary>The store's addresses, which serve the descriptor and the attempt.</summary>
    public IReadOnlyList<Uri> Stores { get; }

    /// <summary>What the environment says (<see cref="EnvironmentNames.Descriptor"/> and those beside it).</summary>
    /// <exception cref="AttemptFailedException">Nothing, or nothing that can be used (exit code 120).</exception>
    public static DescriptorSource Find(IReadOnlyDictionary<string, string> environment)
    {
        if (Get(EnvironmentNames.DescriptorBlob) is not { } blob
            || (Get(EnvironmentNames.Descriptor) ?? Get(EnvironmentNames.DescriptorFile)) is not null)
        {
            var descriptor = DescriptorReader.Read(environment);
            return new DescriptorSource(descriptor.Stores, descriptor, "", "");
        }

        if (!Sha256Hex.IsValid(blob))
        {
            throw DescriptorReader.Invalid($"{EnvironmentNames.DescriptorBlob} is '{blob}', expected {Sha256Hex.Length} lower-case hex digits");
        }

        var run = Get(EnvironmentNames.DescriptorRun)
            ?? throw DescriptorReader.Invalid($"{EnvironmentNames.DescriptorRun} is not set, which {EnvironmentNames.DescriptorBlob} needs");
        var stores = Get(EnvironmentNames.DescriptorStores)
            ?? throw DescriptorReader.Invalid($"{EnvironmentNames.DescriptorStores} is not set, which {EnvironmentNames.DescriptorBlob} needs");
        return new DescriptorSource([.. stores.Split(',').Select(ParseStore)], null, run, blob);

        string? Get(string name) => environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>The descriptor, fetched where it is in the store.</summary>
    /// <param name="records">A connection to <see cref="Stores"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AttemptFailedException">It is missing or damaged, or asks for something impossible.</exception>
    /// <exception cref="ShuffleException">The store refused or could not be reached.</exception>
    public async Task<TaskDescriptor> ReadAsync(IRunRecords records, CancellationToken cancellationToken)
    {
        if (_descriptor is not null)
        {
            return _descriptor;
        }

        var json = await new BlobReader(records, _run).ReadAsync(_sha256, "the task descriptor", cancellationToken);
        var descriptor = DescriptorReader.Parse(json.Span, $"the task descriptor {_sha256}");
        return descriptor.Attempt.Run == _run
            ? descriptor
            : throw DescriptorReader.Invalid(
                $"the task descriptor {_sha256} is one of run {descriptor.Attempt.Run}, expected {_run} ({EnvironmentNames.DescriptorRun})");
    }

    private static Uri ParseStore(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw DescriptorReader.Invalid(
                $"{EnvironmentNames.DescriptorStores} has '{text}', expected addresses such as http://host:port joined by commas");
}
