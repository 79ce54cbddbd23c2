namespace Executor.Arrow.Types;

/// <summary>A column of nulls; it has no buffers.</summary>
public sealed class NullType : ArrowType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly NullType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Null;

    /// <inheritdoc/>
    public override string Name => "null";
}

/// <summary>True or false, one bit each.</summary>
public sealed class BooleanType : FixedWidthType
{
    /// <summary>The one instance that is needed.</summary>
    public static readonly BooleanType Default = new();

    /// <inheritdoc/>
    public override ArrowTypeId TypeId => ArrowTypeId.Boolean;

    /// <inheritdoc/>
    public override string Name => "bool";

    /// <inheritdoc/>
    public override int BitWidth => 1;
}
