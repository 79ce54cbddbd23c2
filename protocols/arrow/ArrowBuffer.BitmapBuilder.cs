namespace Executor.Arrow;

public readonly partial struct ArrowBuffer
{
    /// <summary>Collects bits into a bitmap. Not safe for use by several threads.</summary>
    /// <param name="capacity">Bits to make room for at once.</param>
    public sealed class BitmapBuilder(int capacity = 64)
    {
        private byte[] _bytes = new byte[BitUtility.ByteCount(capacity)];

        /// <summary>Bits so far.</summary>
        public int Length { get; private set; }

        /// <summary>How many of them are set.</summary>
        public int SetBitCount { get; private set; }

        /// <summary>How many of them are not.</summary>
        public int UnsetBitCount => Length - SetBitCount;

        /// <summary>Adds a bit.</summary>
        public BitmapBuilder Append(bool value)
        {
            Reserve(1);
            if (value)
            {
                BitUtility.SetBit(_bytes, Length);
                SetBitCount++;
            }

            Length++;
            return this;
        }

        /// <summary>Adds <paramref name="length"/> equal bits.</summary>
        public BitmapBuilder AppendRange(bool value, int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            Reserve(length);
            if (value)
            {
                BitUtility.SetBits(_bytes, Length, length);
                SetBitCount += length;
            }

            Length += length;
            return this;
        }

        /// <summary>Makes room for that many more bits.</summary>
        public BitmapBuilder Reserve(int additionalCapacity)
        {
            var needed = BitUtility.ByteCount(checked(Length + additionalCapacity));
            if (needed > _bytes.Length)
            {
                System.Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
            }

            return this;
        }

        /// <summary>The bitmap. It takes over the memory: the builder is empty afterwards.</summary>
        public ArrowBuffer Build()
        {
            var buffer = new ArrowBuffer(_bytes.AsMemory(0, BitUtility.ByteCount(Length)));
            _bytes = [];
            Length = 0;
            SetBitCount = 0;
            return buffer;
        }
    }
}
