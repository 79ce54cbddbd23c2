using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Executor.Arrow;

public readonly partial struct ArrowBuffer
{
    /// <summary>Collects values into a buffer. Not safe for use by several threads.</summary>
    /// <typeparam name="T">What is collected, laid out as in the buffer.</typeparam>
    /// <param name="capacity">Values to make room for at once.</param>
    public sealed class Builder<T>(int capacity = 8)
        where T : unmanaged
    {
        private byte[] _bytes = capacity == 0 ? [] : GC.AllocateUninitializedArray<byte>(checked(capacity * Unsafe.SizeOf<T>()));

        /// <summary>Values so far.</summary>
        public int Length { get; private set; }

        /// <summary>The values so far; invalid after the next append.</summary>
        public Span<T> Span => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(0, Length * Unsafe.SizeOf<T>()));

        /// <summary>Adds a value.</summary>
        public Builder<T> Append(T value)
        {
            if ((Length + 1) * (long)Unsafe.SizeOf<T>() > _bytes.Length)
            {
                Grow(1);
            }

            Unsafe.WriteUnaligned(ref _bytes[Length * Unsafe.SizeOf<T>()], value);
            Length++;
            return this;
        }

        /// <summary>Adds values.</summary>
        public Builder<T> Append(ReadOnlySpan<T> values)
        {
            Reserve(values.Length);
            MemoryMarshal.AsBytes(values).CopyTo(_bytes.AsSpan(Length * Unsafe.SizeOf<T>()));
            Length += values.Length;
            return this;
        }

        /// <summary>Adds values.</summary>
        public Builder<T> AppendRange(IEnumerable<T> values)
        {
            ArgumentNullException.ThrowIfNull(values);
            foreach (var value in values)
            {
                Append(value);
            }

            return this;
        }

        /// <summary>Makes room for that many more values.</summary>
        /// <exception cref="OverflowException">The buffer would take more than 2 GiB.</exception>
        public Builder<T> Reserve(int additionalCapacity)
        {
            if ((Length + (long)additionalCapacity) * Unsafe.SizeOf<T>() > _bytes.Length)
            {
                Grow(additionalCapacity);
            }

            return this;
        }

        /// <summary>Forgets all values.</summary>
        public Builder<T> Clear()
        {
            Length = 0;
            return this;
        }

        /// <summary>The buffer. It takes over the memory: the builder is empty afterwards.</summary>
        public ArrowBuffer Build()
        {
            var buffer = new ArrowBuffer(_bytes.AsMemory(0, Length * Unsafe.SizeOf<T>()));
            _bytes = [];
            Length = 0;
            return buffer;
        }

        private void Grow(int additional)
        {
            var needed = (Length + (long)additional) * Unsafe.SizeOf<T>();
            if (needed > System.Array.MaxLength)
            {
                throw new OverflowException($"a buffer holds at most {System.Array.MaxLength} bytes, {needed} were asked for");
            }

            var grown = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(needed, _bytes.Length * 2L), System.Array.MaxLength));
            _bytes.AsSpan(0, Length * Unsafe.SizeOf<T>()).CopyTo(grown);
            _bytes = grown;
        }
    }
}
