namespace Executor.Arrow;

/// <summary>Tells whether two arrays hold the same values without looking at single values.</summary>
internal static class ArrayDataEquality
{
    /// <summary>
    /// True only if the values are the same. It may be false for equal values whose buffers differ where nothing is read, or which
    /// begin at different offsets: good enough to spare sending a dictionary twice.
    /// </summary>
    public static bool SameValues(ArrayData left, ArrayData right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Length != right.Length
            || left.Offset != right.Offset
            || left.NullCount != right.NullCount
            || !left.DataType.Equals(right.DataType)
            || (left.Dictionary is not null && !SameValues(left.Dictionary, right.Dictionary!)))
        {
            return false;
        }

        for (var i = 0; i < left.Buffers.Count; i++)
        {
            if (left.Buffers[i] != right.Buffers[i])
            {
                return false;
            }
        }

        for (var i = 0; i < left.Children.Count; i++)
        {
            if (!SameValues(left.Children[i], right.Children[i]))
            {
                return false;
            }
        }

        return true;
    }
}
