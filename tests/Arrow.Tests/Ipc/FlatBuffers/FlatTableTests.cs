using Executor.Arrow.Ipc;
using Executor.Arrow.Ipc.FlatBuffers;
using Executor.Arrow.Types;

namespace Executor.Arrow.Tests.Ipc.FlatBuffers;

public sealed class FlatTableTests
{
    [Fact]
    public void What_was_written_is_read_and_what_was_not_has_its_default()
    {
        var builder = new FlatBufferBuilder();
        for (var round = 0; round < 2; round++)
        {
            var text = builder.CreateString("grüße");
            builder.StartVector(8, 2, 8);
            builder.WriteInt64(-2);
            builder.WriteInt64(1);
            var vector = builder.EndVector(2);
            builder.StartTable(8);
            builder.AddInt16(0, -7);
            builder.AddOffset(1, text);
            builder.AddOffset(2, vector);
            builder.AddInt64(3, long.MinValue);
            builder.AddBool(4, true);
            builder.AddInt32(6, 5);
            var bytes = builder.Finish(builder.EndTable());

            Assert.Equal(0, bytes.Length % 8);
            var budget = FlatTable.BudgetOf(bytes);
            var table = FlatTable.Root(bytes, ref budget);
            Assert.Equal(-7, table.ReadInt16(0));
            Assert.Equal("grüße", table.ReadString(1));
            Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], table.ReadVector(2, 8).ToArray());
            Assert.Equal(long.MinValue, table.ReadInt64(3));
            Assert.True(table.ReadBool(4));
            Assert.Equal(9, table.ReadInt32(5, absent: 9));
            Assert.Equal(5, table.ReadInt32(6));
            Assert.False(table.ReadTable(7).IsPresent);
            Assert.Null(table.ReadString(70));
        }
    }

    [Fact]
    public void Fields_nested_too_deep_are_refused()
    {
        IArrowType type = Int32Type.Default;
        for (var i = 0; i < 64; i++)
        {
            type = new ListType(type);
        }

        var header = MessageEncoder.EncodeSchema(new Schema([new Field("deep", type, true)])).Header;
        var error = Assert.Throws<InvalidDataException>(() => new MessageDecoder().Decode(header, default));
        Assert.Equal("field 'item' is nested more than 64 levels deep", error.Message);

        var deepest = new Schema([new Field("deep", ((ListType)type).ValueDataType, true)]);
        var decoder = new MessageDecoder();
        decoder.Decode(MessageEncoder.EncodeSchema(deepest).Header, default);
        Assert.True(deepest.EqualsIgnoringMetadata(decoder.Schema!));
    }

    [Fact]
    public void A_few_bytes_that_describe_an_exponential_schema_are_refused()
    {
        // Each level has two children, and both are the one table of the level below: 2^60 fields.
        var builder = new FlatBufferBuilder();
        var children = 0;
        for (var level = 0; level < 60; level++)
        {
            builder.StartTable(1);
            var type = builder.EndTable();
            builder.StartTable(MetadataFormat.Field.SlotCount);
            builder.AddByte(MetadataFormat.Field.TypeType, MetadataFormat.TypeCode.Struct);
            builder.AddOffset(MetadataFormat.Field.Type, type);
            builder.AddOffset(MetadataFormat.Field.Children, children);
            var field = builder.EndTable();
            children = builder.CreateTableVector([field, field]);
        }

        builder.StartTable(MetadataFormat.Schema.SlotCount);
        builder.AddOffset(MetadataFormat.Schema.Fields, children);
        var schema = builder.EndTable();
        builder.StartTable(MetadataFormat.Message.SlotCount);
        builder.AddOffset(MetadataFormat.Message.Header, schema);
        builder.AddInt16(MetadataFormat.Message.Version, MetadataFormat.VersionV5);
        builder.AddByte(MetadataFormat.Message.HeaderType, (byte)MessageKind.Schema);
        var header = builder.Finish(builder.EndTable());

        var error = Assert.Throws<InvalidDataException>(() => new MessageDecoder().Decode(header, default));
        Assert.Contains("over and over", error.Message);
    }

    [Fact]
    public void A_schema_of_many_fields_and_long_names_is_within_the_budget()
    {
        var fields = Enumerable.Range(0, 20_000)
            .Select(i => new Field($"{new string('x', i % 300)}{i}", new ListType(Int32Type.Default), true));
        var schema = new Schema(fields);
        var decoder = new MessageDecoder();
        decoder.Decode(MessageEncoder.EncodeSchema(schema).Header, default);
        Assert.True(schema.EqualsIgnoringMetadata(decoder.Schema!));
    }

    [Fact]
    public void Big_endian_data_and_old_versions_are_refused()
    {
        Assert.Contains("big-endian", Refusal(Header(1, 4)));
        Assert.Contains("version V3", Refusal(Header(0, 2)));

        static string Refusal(byte[] header) =>
            Assert.Throws<InvalidDataException>(() => new MessageDecoder().Decode(header, default)).Message;

        static byte[] Header(short endianness, short version)
        {
            var builder = new FlatBufferBuilder();
            builder.StartTable(MetadataFormat.Schema.SlotCount);
            builder.AddInt16(MetadataFormat.Schema.Endianness, endianness);
            var schema = builder.EndTable();
            builder.StartTable(MetadataFormat.Message.SlotCount);
            builder.AddOffset(MetadataFormat.Message.Header, schema);
            builder.AddInt16(MetadataFormat.Message.Version, version);
            builder.AddByte(MetadataFormat.Message.HeaderType, (byte)MessageKind.Schema);
            return builder.Finish(builder.EndTable());
        }
    }
}
