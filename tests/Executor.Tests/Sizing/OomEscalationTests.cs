using Executor.Sizing;
using Xunit;

namespace Executor.Tests.Sizing;

public sealed class OomEscalationTests
{
    [Theory]
    [InlineData(1000, 0, 64_000, 2000L)]
    [InlineData(1000, 1000, 64_000, 2000L)]
    [InlineData(949, 1000, 64_000, 1020L)]
    [InlineData(951, 1000, 64_000, 1902L)]
    [InlineData(1000, 9000, 64_000, 9180L)]
    [InlineData(40_000, 0, 64_000, 64_000L)]
    [InlineData(64_000, 0, 64_000, null)]
    [InlineData(70_000, 90_000, 64_000, null)]
    public void The_next_attempt_gets_what_the_class_has_needed_else_twice_as_much_else_nothing(long failed, double max, long most, long? next) =>
        Assert.Equal(next, OomEscalation.Next(failed, max, most));

    [Fact]
    public void Every_ladder_ends_at_the_most_that_can_be_had()
    {
        var random = new Random(7);
        for (var i = 0; i < 1000; i++)
        {
            var (failed, max, most) = (random.NextInt64(1, 1L << 40), random.NextDouble() * (1L << 40), random.NextInt64(1, 1L << 41));
            var tries = 0;
            for (var bytes = failed; OomEscalation.Next(bytes, max, most) is { } next; bytes = next)
            {
                Assert.True(next > bytes && next <= most, $"seed 7, round {i}: {next} after {bytes} of {most}");
                Assert.True(++tries < 50, $"seed 7, round {i}: no end");
            }
        }
    }
}
