using Executor.Arrow.Types;

namespace Executor.Arrow;

/// <summary>A column of signed integers of 8 bits.</summary>
/// <param name="data">Data of type <see cref="Int8Type"/>.</param>
public sealed class Int8Array(ArrayData data) : PrimitiveArray<sbyte>(data, ArrowTypeId.Int8)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<sbyte, Int8Array, Builder>(Int8Type.Default, data => new Int8Array(data));
}

/// <summary>A column of signed integers of 16 bits.</summary>
/// <param name="data">Data of type <see cref="Int16Type"/>.</param>
public sealed class Int16Array(ArrayData data) : PrimitiveArray<short>(data, ArrowTypeId.Int16)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<short, Int16Array, Builder>(Int16Type.Default, data => new Int16Array(data));
}

/// <summary>A column of signed integers of 32 bits.</summary>
/// <param name="data">Data of type <see cref="Int32Type"/>.</param>
public sealed class Int32Array(ArrayData data) : PrimitiveArray<int>(data, ArrowTypeId.Int32)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<int, Int32Array, Builder>(Int32Type.Default, data => new Int32Array(data));
}

/// <summary>A column of signed integers of 64 bits.</summary>
/// <param name="data">Data of type <see cref="Int64Type"/>.</param>
public sealed class Int64Array(ArrayData data) : PrimitiveArray<long>(data, ArrowTypeId.Int64)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<long, Int64Array, Builder>(Int64Type.Default, data => new Int64Array(data));
}

/// <summary>A column of unsigned integers of 8 bits.</summary>
/// <param name="data">Data of type <see cref="UInt8Type"/>.</param>
public sealed class UInt8Array(ArrayData data) : PrimitiveArray<byte>(data, ArrowTypeId.UInt8)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<byte, UInt8Array, Builder>(UInt8Type.Default, data => new UInt8Array(data));
}

/// <summary>A column of unsigned integers of 16 bits.</summary>
/// <param name="data">Data of type <see cref="UInt16Type"/>.</param>
public sealed class UInt16Array(ArrayData data) : PrimitiveArray<ushort>(data, ArrowTypeId.UInt16)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<ushort, UInt16Array, Builder>(UInt16Type.Default, data => new UInt16Array(data));
}

/// <summary>A column of unsigned integers of 32 bits.</summary>
/// <param name="data">Data of type <see cref="UInt32Type"/>.</param>
public sealed class UInt32Array(ArrayData data) : PrimitiveArray<uint>(data, ArrowTypeId.UInt32)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<uint, UInt32Array, Builder>(UInt32Type.Default, data => new UInt32Array(data));
}

/// <summary>A column of unsigned integers of 64 bits.</summary>
/// <param name="data">Data of type <see cref="UInt64Type"/>.</param>
public sealed class UInt64Array(ArrayData data) : PrimitiveArray<ulong>(data, ArrowTypeId.UInt64)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<ulong, UInt64Array, Builder>(UInt64Type.Default, data => new UInt64Array(data));
}

/// <summary>A column of floating-point numbers of 16 bits.</summary>
/// <param name="data">Data of type <see cref="HalfFloatType"/>.</param>
public sealed class HalfFloatArray(ArrayData data) : PrimitiveArray<Half>(data, ArrowTypeId.HalfFloat)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<Half, HalfFloatArray, Builder>(
        HalfFloatType.Default, data => new HalfFloatArray(data));
}

/// <summary>A column of floating-point numbers of 32 bits.</summary>
/// <param name="data">Data of type <see cref="FloatType"/>.</param>
public sealed class FloatArray(ArrayData data) : PrimitiveArray<float>(data, ArrowTypeId.Float)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<float, FloatArray, Builder>(FloatType.Default, data => new FloatArray(data));
}

/// <summary>A column of floating-point numbers of 64 bits.</summary>
/// <param name="data">Data of type <see cref="DoubleType"/>.</param>
public sealed class DoubleArray(ArrayData data) : PrimitiveArray<double>(data, ArrowTypeId.Double)
{
    /// <summary>Collects values.</summary>
    public sealed class Builder() : PrimitiveArrayBuilder<double, DoubleArray, Builder>(DoubleType.Default, data => new DoubleArray(data));
}
