using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Integrity;
using Executor.Contracts.Records;
using Executor.Contracts.Reporting;

namespace Executor.TaskRunner.Tests.Lifecycle;

/// <summary>Descriptors that are too large for a Job and are kept in the store.</summary>
public sealed class StoredDescriptorTests : IAsyncLifetime
{
    private static readonly AttemptId Attempt = AttemptHarness.Task("stored").Attempt;

    private readonly AttemptHarness _harness = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task It_is_fetched_and_the_body_hears_nothing_of_that()
    {
        var result = await RunAsync(AttemptHarness.Shell("stored", "echo ran >&2; env | grep -E 'DESCRIPTOR|RUN_KEY|LOG_FORMAT' >&2; true"));

        Assert.Equal((0, "ran\n"), (result.ExitCode, result.Log));
        Assert.NotNull(result.Commit);
    }

    [Fact]
    public async Task The_containers_own_environment_reaches_the_body_and_the_descriptors_comes_before_it()
    {
        _harness.Environment["FROM_SECRET"] = "token";
        _harness.Environment["MODE"] = "the container's";

        var result = await RunAsync(AttemptHarness.Shell("stored", "echo $FROM_SECRET $MODE >&2") with
        {
            Environment = new Dictionary<string, string> { ["MODE"] = "the task's" },
        });

        Assert.Equal("token the task's\n", result.Log);
    }

    [Fact]
    public async Task A_damaged_or_missing_one_is_the_infrastructures_failure()
    {
        var missing = await RunAsync(new string('a', 64));
        var damaged = await RunAsync(AttemptHarness.Shell("stored", "true"), json => [.. json, (byte)' ']);

        Assert.Equal((RunnerExitCodes.MachineFailed, AttemptFailure.Infrastructure), (missing.ExitCode, missing.Report.Failure));
        Assert.Contains("the task descriptor is not in the store", missing.Report.Error, StringComparison.Ordinal);
        Assert.Equal(AttemptFailure.Infrastructure, damaged.Report.Failure);
        Assert.Contains("the task descriptor is damaged", damaged.Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_another_run_is_refused()
    {
        var task = AttemptHarness.Shell("stored", "true");
        var result = await RunAsync(task with { Attempt = task.Attempt with { Run = "another" } });

        Assert.Equal(RunnerExitCodes.InvalidDescriptor, result.ExitCode);
        Assert.Contains("is one of run another, expected run-1", result.Report.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EnvironmentNames.DescriptorBlob, "xyz", "expected 64 lower-case hex digits")]
    [InlineData(EnvironmentNames.DescriptorRun, "", "EXECUTOR_DESCRIPTOR_RUN is not set")]
    [InlineData(EnvironmentNames.DescriptorStores, "", "EXECUTOR_DESCRIPTOR_STORES is not set")]
    [InlineData(EnvironmentNames.DescriptorStores, "store:1", "expected addresses such as http://host:port")]
    [InlineData(EnvironmentNames.LogFormat, "xml", "EXECUTOR_LOG_FORMAT is 'xml', expected text or json")]
    public async Task What_makes_no_sense_is_told(string variable, string value, string expected)
    {
        var result = await RunAsync(new string('a', 64), variable, value);

        Assert.Equal((RunnerExitCodes.InvalidDescriptor, AttemptFailure.Configuration), (result.ExitCode, result.Report.Failure));
        Assert.Contains(expected, result.Report.Error, StringComparison.Ordinal);
    }

    private async Task<AttemptResult> RunAsync(TaskDescriptor descriptor, Func<byte[], byte[]>? damage = null)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(descriptor, ContractsJson.Default.TaskDescriptor);
        var sha256 = Sha256Hex.Of(json);
        await _harness.Records.CreateAsync(
            AttemptHarness.Run, RecordKeys.Blob(sha256), damage is null ? json : damage(json), TestContext.Current.CancellationToken);
        return await RunAsync(sha256);
    }

    private Task<AttemptResult> RunAsync(string sha256, string? variable = null, string value = "")
    {
        _harness.Environment[EnvironmentNames.DescriptorBlob] = sha256;
        _harness.Environment[EnvironmentNames.DescriptorRun] = AttemptHarness.Run;
        _harness.Environment[EnvironmentNames.DescriptorStores] = "http://127.0.0.1:1, http://127.0.0.1:2";
        if (variable is not null)
        {
            _harness.Environment[variable] = value;
        }

        return _harness.RunAsync("", Attempt);
    }
}
