namespace Executor.Arrow.Types;

/// <summary>A logical type of the Arrow columnar format. Instances are immutable and safe to share between threads.</summary>
public interface IArrowType
{
    /// <summary>Which type this is.</summary>
    ArrowTypeId TypeId { get; }

    /// <summary>The type's name without its parameters, such as <c>timestamp</c>.</summary>
    string Name { get; }

    /// <summary>Whether every value takes the same number of bits.</summary>
    bool IsFixedWidth { get; }
}

/// <summary>
/// The base of all types. Two types are equal if their parameters and, recursively, the types and the nullability of their children are;
/// the metadata of child fields is not looked at, nor are the names that implementations choose for the items of lists and maps.
/// </summary>
public abstract class ArrowType : IArrowType, IEquatable<ArrowType>
{
    private protected ArrowType()
    {
    }

    /// <inheritdoc/>
    public abstract ArrowTypeId TypeId { get; }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual bool IsFixedWidth => false;

    /// <inheritdoc/>
    public bool Equals(ArrowType? other) =>
        ReferenceEquals(this, other) || (other is not null && TypeId == other.TypeId && ParametersEqual(other));

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as ArrowType);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => (int)TypeId;

    /// <summary>The type with its parameters, as in <c>timestamp[us, tz=UTC]</c>.</summary>
    public override string ToString() => Name;

    private protected virtual bool ParametersEqual(ArrowType other) => true;
}

/// <summary>A type whose values all take <see cref="BitWidth"/> bits.</summary>
public abstract class FixedWidthType : ArrowType
{
    private protected FixedWidthType()
    {
    }

    /// <summary>Bits a value takes in the values buffer.</summary>
    public abstract int BitWidth { get; }

    /// <inheritdoc/>
    public override bool IsFixedWidth => true;
}
