using System.Text.Json.Nodes;
using Executor.Arrow.Compute;
using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Compute;

public sealed class ConcatenatorTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_type_is_put_together()
    {
        foreach (var type in RandomArrays.EveryFlatType(1).Concat(RandomArrays.EveryNestedType()))
        {
            for (var seed = 0; seed < 20; seed++)
            {
                output.WriteLine($"{type}, seed {seed}");
                var random = new RandomArrays(seed);
                IArrowArray[] arrays = [.. Enumerable.Range(0, 1 + (seed % 4)).Select(i => random.NextArray(type, (i * 17) % 23))];
                var expected = new JsonArray(
                    [.. arrays.SelectMany(array => Canonical.Of(array).AsArray()).Select(value => value?.DeepClone())]);
                Canonical.AssertEqual(expected, Canonical.Of(ArrowArrayConcatenator.Concatenate(arrays)));
            }
        }
    }

    [Fact]
    public void A_shared_dictionary_stays_shared()
    {
        var type = new DictionaryType(Int8Type.Default, StringType.Default);
        var words = new StringArray.Builder().AppendRange(["a", "b"]).Build();
        var array = new DictionaryArray(type, new Int8Array.Builder().Append([0, 1]).Build(), words);
        var joined = (DictionaryArray)ArrowArrayConcatenator.Concatenate([array, array.Slice(1, 1)]);
        Assert.Same(words.Data, joined.Data.Dictionary);
        Assert.Equal(3, joined.Length);
    }

    [Fact]
    public void Dictionaries_too_many_for_the_indices_overflow()
    {
        var type = new DictionaryType(Int8Type.Default, Int32Type.Default);
        var arrays = Enumerable.Range(0, 3).Select(i => new DictionaryArray(
            type, new Int8Array.Builder().Append(0).Build(), new Int32Array.Builder().AppendRange(Enumerable.Range(i, 60)).Build()));
        Assert.Throws<OverflowException>(() => ArrowArrayConcatenator.Concatenate([.. arrays]));
    }

    [Fact]
    public void Arrays_of_different_types_and_no_arrays_are_refused()
    {
        IArrowArray[] arrays = [new Int32Array.Builder().Build(), new Int64Array.Builder().Build()];
        Assert.Throws<ArgumentException>(() => ArrowArrayConcatenator.Concatenate(arrays));
        Assert.ThrowsAny<ArgumentException>(() => ArrowArrayConcatenator.Concatenate(System.Array.Empty<IArrowArray>()));
    }

    [Fact]
    public void Batches_are_put_together()
    {
        var random = new RandomArrays(11);
        var schema = random.NextSchema();
        var batch = random.NextBatch(schema, 30);
        var joined = ArrowArrayConcatenator.Concatenate([batch.Slice(0, 10), batch.Slice(10, 0), batch.Slice(10, 20)]);
        Canonical.AssertEqual(Canonical.Of(batch), Canonical.Of(joined));
    }
}
