using Executor.Arrow.Tests.Samples;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Types;

public sealed class SchemaTests
{
    [Fact]
    public void Schemas_are_shown_on_one_line()
    {
        var schema = new Schema.Builder()
            .Field(field => field.Name("id").DataType(Int64Type.Default))
            .Field(field => field.Name("at").DataType(new TimestampType(TimeUnit.Microsecond, "UTC")).Nullable(true))
            .Field(new Field("price", new Decimal128Type(10, 2), true))
            .Field(new Field("tags", new MapType(StringType.Default, new ListType(BinaryType.Default)), true))
            .Field(new Field("word", new DictionaryType(Int32Type.Default, StringType.Default), true))
            .Field(new Field("point", new FixedSizeListType(new Field("x", FloatType.Default, false), 2), true))
            .Metadata("owner", "me")
            .Build();
        Assert.Equal(
            "{id: int64 not null, at: timestamp[us, tz=UTC], price: decimal128(10, 2), tags: map<string, list<item: binary>>, "
            + "word: dictionary<values=string, indices=int32>, point: fixed_size_list<x: float not null>[2]}",
            schema.ToString());
        Assert.Equal("me", schema.Metadata["owner"]);
    }

    [Fact]
    public void Metadata_and_the_names_of_items_do_not_count_in_comparisons()
    {
        var list = new ListType(new Field("item", Int32Type.Default, true));
        var left = new Schema([new Field("a", list, true, [new("k", "v")])], [new("k", "v")]);
        var right = new Schema([new Field("a", new ListType(new Field("element", Int32Type.Default, true, [new("k", "w")])), true)]);
        Assert.True(left.EqualsIgnoringMetadata(right));
    }

    [Fact]
    public void Names_order_types_and_nullability_count()
    {
        var a = new Field("a", Int32Type.Default, true);
        var b = new Field("b", Int32Type.Default, true);
        Assert.False(new Schema([a, b]).EqualsIgnoringMetadata(new Schema([b, a])));
        Assert.False(new Schema([a]).EqualsIgnoringMetadata(new Schema([a, b])));
        Assert.False(a.EqualsIgnoringMetadata(new Field("a", Int32Type.Default, false)));
        Assert.False(a.EqualsIgnoringMetadata(new Field("a", UInt32Type.Default, true)));
        Assert.False(new StructType([a]).Equals(new StructType([b])));
    }

    [Fact]
    public void Types_are_equal_to_their_like_only()
    {
        IArrowType[] some = [.. RandomArrays.EveryFlatType(1), .. RandomArrays.EveryNestedType()];
        IArrowType[] alike = [.. RandomArrays.EveryFlatType(1), .. RandomArrays.EveryNestedType()];
        for (var i = 0; i < some.Length; i++)
        {
            for (var j = 0; j < some.Length; j++)
            {
                Assert.Equal(some[i].ToString() == alike[j].ToString(), some[i].Equals(alike[j]));
            }
        }

        Assert.NotEqual<ArrowType>(new TimestampType(TimeUnit.Second), new TimestampType(TimeUnit.Second, "UTC"));
        Assert.Equal<ArrowType>(new TimestampType(TimeUnit.Second, ""), new TimestampType(TimeUnit.Second));
        Assert.NotEqual<ArrowType>(new Decimal128Type(10, 2), new Decimal128Type(10, 3));
    }

    [Fact]
    public void Fields_are_found_by_name()
    {
        var schema = new Schema(
            [new Field("a", Int32Type.Default, true), new Field("B", Int32Type.Default, true), new Field("a", Int8Type.Default, true)]);
        Assert.Equal(0, schema.GetFieldIndex("a"));
        Assert.Equal(-1, schema.GetFieldIndex("b"));
        Assert.Equal(1, schema.GetFieldIndex("b", StringComparer.OrdinalIgnoreCase));
        Assert.Same(schema.FieldsList[1], schema.GetFieldByName("B"));
        Assert.Null(schema.GetFieldByName("c"));
    }

    [Fact]
    public void Parameters_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Decimal32Type(10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Decimal128Type(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Decimal128Type(1, 1001));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSizeBinaryType(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSizeListType(Int8Type.Default, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Time32Type(TimeUnit.Nanosecond));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Time64Type(TimeUnit.Second));
        Assert.Throws<ArgumentException>(() => new DictionaryType(StringType.Default, Int8Type.Default));
        Assert.Throws<ArgumentException>(() => new MapType(new Field("entries", Int8Type.Default, false)));
    }
}
