using System.Text.Json.Nodes;
using Executor.Arrow.Compute;
using Executor.Arrow.Ipc;
using Executor.Arrow.Tests.Samples;

namespace Executor.Arrow.Tests.Compute;

public sealed class TakeTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_type_is_gathered_value_by_value()
    {
        foreach (var type in RandomArrays.EveryFlatType(1).Concat(RandomArrays.EveryNestedType()))
        {
            for (var seed = 0; seed < 20; seed++)
            {
                output.WriteLine($"{type}, seed {seed}");
                var random = new RandomArrays(seed);
                var array = random.NextArray(type, seed == 0 ? 0 : 40);
                AssertTakes(array, random.NextIndices(array.Length));
            }
        }
    }

    [Fact]
    public void Random_batches_are_gathered_and_can_be_sent()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            output.WriteLine($"seed {seed}");
            var random = new RandomArrays(seed);
            var schema = random.NextSchema();
            var batch = random.NextBatch(schema, 50);
            var taken = ArrowArrayTake.Take(batch, random.NextIndices(50));
            Assert.All(taken.Arrays, array => Assert.Equal(taken.Length, array.Length));
            new MessageEncoder(schema).Encode(taken);
        }
    }

    [Fact]
    public void A_position_outside_of_the_rows_is_refused()
    {
        var array = new Int32Array.Builder().Append([1, 2, 3]).Build().Slice(0, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => ArrowArrayTake.Take(array, [0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ArrowArrayTake.Take(array, [-1]));
    }

    [Fact]
    public void Nulls_are_counted_anew()
    {
        var array = new Int32Array.Builder().Append(1).AppendNull().Append(3).Build();
        Assert.Equal(0, ArrowArrayTake.Take(array, [0, 2, 0]).NullCount);
        Assert.Equal(2, ArrowArrayTake.Take(array, [1, 1, 0]).NullCount);
    }

    private static void AssertTakes(IArrowArray array, int[] indices)
    {
        var values = Canonical.Of(array).AsArray();
        var expected = new JsonArray([.. indices.Select(index => values[index]?.DeepClone())]);
        Canonical.AssertEqual(expected, Canonical.Of(ArrowArrayTake.Take(array, indices)));
    }
}
