namespace Executor.Arrow.Ipc;

/// <summary>The slots and codes of the FlatBuffers schemas Message.fbs, Schema.fbs and File.fbs.</summary>
internal static class MetadataFormat
{
    public const short VersionV4 = 3;
    public const short VersionV5 = 4;
    public const short BigEndian = 1;
    public const int FieldNodeBytes = 16;
    public const int BufferBytes = 16;
    public const int BlockBytes = 24;

    public static class Message
    {
        public const int Version = 0;
        public const int HeaderType = 1;
        public const int Header = 2;
        public const int BodyLength = 3;
        public const int SlotCount = 5;
    }

    public static class Schema
    {
        public const int Endianness = 0;
        public const int Fields = 1;
        public const int Metadata = 2;
        public const int SlotCount = 4;
    }

    public static class Field
    {
        public const int Name = 0;
        public const int Nullable = 1;
        public const int TypeType = 2;
        public const int Type = 3;
        public const int Dictionary = 4;
        public const int Children = 5;
        public const int Metadata = 6;
        public const int SlotCount = 7;
    }

    public static class KeyValue
    {
        public const int Key = 0;
        public const int Value = 1;
        public const int SlotCount = 2;
    }

    public static class DictionaryEncoding
    {
        public const int Id = 0;
        public const int IndexType = 1;
        public const int IsOrdered = 2;
        public const int SlotCount = 4;
    }

    public static class RecordBatch
    {
        public const int Length = 0;
        public const int Nodes = 1;
        public const int Buffers = 2;
        public const int Compression = 3;
        public const int VariadicCounts = 4;
        public const int SlotCount = 5;
    }

    public static class DictionaryBatch
    {
        public const int Id = 0;
        public const int Data = 1;
        public const int IsDelta = 2;
        public const int SlotCount = 3;
    }

    public static class Footer
    {
        public const int Version = 0;
        public const int Schema = 1;
        public const int Dictionaries = 2;
        public const int RecordBatches = 3;
        public const int SlotCount = 5;
    }

    /// <summary>The parameters of types: every type table has its first parameter in slot 0 and its second in slot 1.</summary>
    public static class Parameter
    {
        public const int First = 0;
        public const int Second = 1;
        public const int Third = 2;
        public const int SlotCount = 3;
    }

    /// <summary>Values of the union <c>Type</c>.</summary>
    public static class TypeCode
    {
        public const byte None = 0;
        public const byte Null = 1;
        public const byte Int = 2;
        public const byte FloatingPoint = 3;
        public const byte Binary = 4;
        public const byte Utf8 = 5;
        public const byte Bool = 6;
        public const byte Decimal = 7;
        public const byte Date = 8;
        public const byte Time = 9;
        public const byte Timestamp = 10;
        public const byte Interval = 11;
        public const byte List = 12;
        public const byte Struct = 13;
        public const byte Union = 14;
        public const byte FixedSizeBinary = 15;
        public const byte FixedSizeList = 16;
        public const byte Map = 17;
        public const byte Duration = 18;
        public const byte LargeBinary = 19;
        public const byte LargeUtf8 = 20;
        public const byte LargeList = 21;
        public const byte RunEndEncoded = 22;
        public const byte BinaryView = 23;
        public const byte Utf8View = 24;
        public const byte ListView = 25;
        public const byte LargeListView = 26;
    }
}
