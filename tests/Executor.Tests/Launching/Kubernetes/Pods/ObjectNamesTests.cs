using Executor.Contracts.Identity;
using Executor.Launching.Kubernetes.Pods;
using Xunit;

namespace Executor.Tests.Launching.Kubernetes.Pods;

public sealed class ObjectNamesTests
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    [Fact]
    public void A_short_name_holds_all_of_the_attempt()
    {
        var name = ObjectNames.Job(new AttemptId("nightly", "extract", 12, 0, 3));
        Assert.Matches("^nightly-extract-12-0-3-[0-9a-f]{10}$", name);
        Assert.Equal(name, ObjectNames.Job(new AttemptId("nightly", "extract", 12, 0, 3)));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(99_999, 12, 345)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue)]
    public void The_longest_names_are_labels_and_leave_room_for_a_pods_suffix(int index, int generation, int attempt)
    {
        var (run, task) = (new string('r', 63), new string('t', 63));
        var name = ObjectNames.Job(new AttemptId(run, task, index, generation, attempt));
        Assert.True(name.Length <= 57, name);
        Assert.True(Names.IsValid(name), name);
        Assert.True(Names.IsValid(ObjectNames.Pod(name)), name);
        Assert.True(ObjectNames.Driver(run).Length <= 57);
        Assert.True(Names.IsValid(ObjectNames.Driver(run)));
        Assert.NotEqual(ObjectNames.Driver(run), ObjectNames.Driver(run[1..]));
    }

    [Fact]
    public void No_two_attempts_share_a_name_and_every_name_is_a_label()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var names = new Dictionary<string, AttemptId>();
        var ids = new HashSet<AttemptId>();
        for (var round = 0; round < 20_000; round++)
        {
            var id = new AttemptId(Name(), Name(), Number(), Number(), Number() + 1);
            if (!ids.Add(id))
            {
                continue;
            }

            var name = ObjectNames.Job(id);
            Assert.True(Names.IsValid(name) && name.Length <= 57, $"seed {seed}: {id} has the name {name}");
            Assert.True(names.TryAdd(name, id), $"seed {seed}: {id} and {names.GetValueOrDefault(name)} share {name}");
        }

        // Long names that differ only where they are cut, and names with hyphens where they are cut, are the hard ones.
        string Name() => random.Next(3) switch
        {
            0 => new string('a', 50) + Letters[random.Next(Letters.Length)],
            1 => "x" + new string('-', random.Next(60)) + Letters[random.Next(Letters.Length)],
            _ => string.Concat(Enumerable.Range(0, random.Next(1, 64)).Select(_ => Letters[random.Next(Letters.Length)])),
        };

        int Number() => random.Next(4) == 0 ? random.Next(int.MaxValue - 1) : random.Next(20);
    }

    [Fact]
    public void The_secret_of_a_run_that_was_deleted_is_not_the_next_ones() =>
        Assert.NotEqual(ObjectNames.RunSecret("nightly", "uid-1"), ObjectNames.RunSecret("nightly", "uid-2"));
}
