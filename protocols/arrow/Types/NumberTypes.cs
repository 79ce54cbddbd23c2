namespace Executor.Arrow.Types;

/// <summary>An integer or a floating-point number.</summary>
public abstract class NumberType : FixedWidthType
{
    private protected NumberType()
    {
    }

    /// <summary>Whether negative numbers can be expressed.</summary>
    public abstract bool IsSigned { get; }
}

/// <summary>An integer in two's complement or without sign.</summary>
public abstract class IntegralType : NumberType
{
    private protected IntegralType()
    {
    }
}

/// <summary>An IEEE 754 number.</summary>
public abstract class FloatingPointType : NumberType
{
    private protected FloatingPointType()
    {
    }

    /// <inheritdoc/>
    public override bool IsSigned => true;
}

/// <summary>A signed integer of 8 bits.</summary>
public sealed class Int8Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Int8Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Int8;

    /// <inheritdoc/>
    public override string Name => "int8";

    /// <inheritdoc/>
    public override int BitWidth => 8;

    /// <inheritdoc/>
    public override bool IsSigned => true;
}

/// <summary>A signed integer of 16 bits.</summary>
public sealed class Int16Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Int16Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Int16;

    /// <inheritdoc/>
    public override string Name => "int16";

    /// <inheritdoc/>
    public override int BitWidth => 16;

    /// <inheritdoc/>
    public override bool IsSigned => true;
}

/// <summary>A signed integer of 32 bits.</summary>
public sealed class Int32Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Int32Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Int32;

    /// <inheritdoc/>
    public override string Name => "int32";

    /// <inheritdoc/>
    public override int BitWidth => 32;

    /// <inheritdoc/>
    public override bool IsSigned => true;
}

/// <summary>A signed integer of 64 bits.</summary>
public sealed class Int64Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly Int64Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Int64;

    /// <inheritdoc/>
    public override string Name => "int64";

    /// <inheritdoc/>
    public override int BitWidth => 64;

    /// <inheritdoc/>
    public override bool IsSigned => true;
}

/// <summary>A unsigned integer of 8 bits.</summary>
public sealed class UInt8Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly UInt8Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.UInt8;

    /// <inheritdoc/>
    public override string Name => "uint8";

    /// <inheritdoc/>
    public override int BitWidth => 8;

    /// <inheritdoc/>
    public override bool IsSigned => false;
}

/// <summary>A unsigned integer of 16 bits.</summary>
public sealed class UInt16Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly UInt16Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.UInt16;

    /// <inheritdoc/>
    public override string Name => "uint16";

    /// <inheritdoc/>
    public override int BitWidth => 16;

    /// <inheritdoc/>
    public override bool IsSigned => false;
}

/// <summary>A unsigned integer of 32 bits.</summary>
public sealed class UInt32Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly UInt32Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.UInt32;

    /// <inheritdoc/>
    public override string Name => "uint32";

    /// <inheritdoc/>
    public override int BitWidth => 32;

    /// <inheritdoc/>
    public override bool IsSigned => false;
}

/// <summary>A unsigned integer of 64 bits.</summary>
public sealed class UInt64Type : IntegralType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly UInt64Type Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.UInt64;

    /// <inheritdoc/>
    public override string Name => "uint64";

    /// <inheritdoc/>
    public override int BitWidth => 64;

    /// <inheritdoc/>
    public override bool IsSigned => false;
}

/// <summary>A floating-point number of 16 bits.</summary>
public sealed class HalfFloatType : FloatingPointType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly HalfFloatType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.HalfFloat;

    /// <inheritdoc/>
    public override string Name => "halffloat";

    /// <inheritdoc/>
    public override int BitWidth => 16;
}

/// <summary>A floating-point number of 32 bits.</summary>
public sealed class FloatType : FloatingPointType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly FloatType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Float;

    /// <inheritdoc/>
    public override string Name => "float";

    /// <inheritdoc/>
    public override int BitWidth => 32;
}

/// <summary>A floating-point number of 64 bits.</summary>
public sealed class DoubleType : FloatingPointType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly DoubleType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Double;

    /// <inheritdoc/>
    public override string Name => "double";

    /// <inheritdoc/>
    public override int BitWidth => 64;
}
