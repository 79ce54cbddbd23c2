using System.Numerics;
using Executor.Arrow;
using Executor.Arrow.Types;
using Executor.TaskRunner.Reporting;

namespace Executor.TaskRunner.Partitioning;

/// <summary>The order of one type's values, and their places among bounds.</summary>
internal abstract class RangeOrder
{
    /// <summary>Writes for every value how many bounds it is not below; 0 for nulls.</summary>
    public abstract void Place(IArrowArray column, Span<int> places);

    /// <summary>The order of a type with bounds parsed in it.</summary>
    /// <exception cref="AttemptFailedException">A bound is not of the type, they do not ascend, or the type has no order here.</exception>
    public static RangeOrder Of(string column, IArrowType type, IReadOnlyList<string> bounds) => type.TypeId switch
    {
        ArrowTypeId.HalfFloat or ArrowTypeId.Float or ArrowTypeId.Double =>
            new Typed<double>(Parse(column, type, bounds, RangeBound.Number), RangeKey.Number, new RangeKey.NumberComparer()),
        ArrowTypeId.String or ArrowTypeId.LargeString =>
            new Typed<byte[]>(Parse(column, type, bounds, RangeBound.Text), RangeKey.Bytes, new RangeKey.BytesComparer()),
        ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 =>
            new Typed<BigInteger>(Parse(column, type, bounds, RangeBound.Decimal), RangeKey.Decimal, Comparer<BigInteger>.Default),
        _ when RangeBound.IsInteger(type) =>
            new Typed<long>(Parse(column, type, bounds, RangeBound.Integer), RangeKey.Integer, Comparer<long>.Default),
        _ => throw AttemptFailedException.InvalidOutput(
            $"column '{column}' is of type {type}, whose values cannot be keys of range partitioning"),
    };

    private static T[] Parse<T>(string column, IArrowType type, IReadOnlyList<string> bounds, Func<IArrowType, string, T> parse)
    {
        var values = new T[bounds.Count];
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                values[i] = parse(type, bounds[i]);
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw AttemptFailedException.InvalidOutput(
                    $"bound {i + 1} of the range partitioning is '{bounds[i]}', which is no value of column '{column}' ({type}): {e.Message}", e);
            }
        }

        return values;
    }

    private sealed class Typed<T> : RangeOrder
    {
        private readonly T[] _bounds;
        private readonly Func<IArrowArray, int, T> _read;
        private readonly IComparer<T> _comparer;

        public Typed(T[] bounds, Func<IArrowArray, int, T> read, IComparer<T> comparer)
        {
            for (var i = 1; i < bounds.Length; i++)
            {
                if (comparer.Compare(bounds[i - 1], bounds[i]) >= 0)
                {
                    throw AttemptFailedException.InvalidOutput(
                        $"the bounds of the range partitioning do not ascend: bound {i + 1} is not above bound {i}");
                }
            }

            _bounds = bounds;
            _read = read;
            _comparer = comparer;
        }

        public override void Place(IArrowArray column, Span<int> places)
        {
            for (var i = 0; i < column.Length; i++)
            {
                places[i] = column.IsNull(i) ? 0 : PlaceOf(_read(column, i));
            }
        }

        // A value equal to a bound belongs above it.
        private int PlaceOf(T value)
        {
            var found = System.Array.BinarySearch(_bounds, value, _comparer);
            return found >= 0 ? found + 1 : ~found;
        }
    }
}
