using System.Text.Json;
using Executor.Contracts;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Contracts.Reporting;
using Executor.TaskRunner.Lifecycle;
using Executor.TaskRunner.Reporting;
using Executor.TestKit;

namespace Executor.TaskRunner.Tests.Lifecycle;

/// <summary>Descriptors in files.</summary>
public sealed class DescriptorReaderTests : IDisposable
{
    private const long Limit = 64 << 20;
    private readonly TemporaryDirectory _folder = new("descriptor-");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_is_too_large_is_refused_before_it_is_read_through_a_link_too(bool isLink)
    {
        var path = _folder.PathOf("descriptor.json");
        using (var file = File.Create(path))
        {
            file.SetLength(Limit + 1);
        }

        var refusal = Assert.Throws<AttemptFailedException>(() => Read(isLink ? LinkTo(path) : path));
        Assert.Equal(AttemptFailure.Configuration, refusal.Failure);
        Assert.Contains($"has {Limit + 1} bytes, more than the {Limit} of a descriptor", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_read_through_a_link()
    {
        var path = _folder.Write("descriptor.json", "not JSON");
        var refusal = Assert.Throws<AttemptFailedException>(() => Read(LinkTo(path)));
        Assert.Contains("is not a task descriptor", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_nothing_cannot_be_read()
    {
        var refusal = Assert.Throws<AttemptFailedException>(() => Read(LinkTo(_folder.PathOf("missing.json"))));
        Assert.Contains(EnvironmentNames.DescriptorFile, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-1, 2)]
    [InlineData(3, 1)]
    public void A_range_of_instances_without_one_is_refused(int from, int to)
    {
        var descriptor = AttemptHarness.Shell("count", "true") with
        {
            Stores = [new Uri("http://127.0.0.1:1")],
            Inputs = [AttemptHarness.Input("make.rows", DataFormat.Lines) with { Partition = 0, Sources = new InstanceRange(from, to) }],
        };
        var path = _folder.Write("descriptor.json", JsonSerializer.Serialize(descriptor, ContractsJson.Default.TaskDescriptor));

        var refusal = Assert.Throws<AttemptFailedException>(() => Read(path));

        Assert.Equal(AttemptFailure.Configuration, refusal.Failure);
        Assert.Contains("make.rows", refusal.Message, StringComparison.Ordinal);
    }

    private static void Read(string path) => DescriptorReader.Read(new Dictionary<string, string> { [EnvironmentNames.DescriptorFile] = path });

    private string LinkTo(string path)
    {
        var link = _folder.PathOf("link");
        File.CreateSymbolicLink(link, path);
        return link;
    }
}
