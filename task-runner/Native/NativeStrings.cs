using System.Runtime.InteropServices;
using System.Text;

namespace Executor.TaskRunner.Native;

/// <summary>A null-terminated vector of UTF-8 strings in unmanaged memory: <c>argv</c>, <c>envp</c>.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> values)
    {
        _count = values.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            Pointer[i] = Copy(values[i]);
        }
    }

    public byte** Pointer { get; private set; }

    /// <summary>One string, to be freed by <see cref="NativeMemory.Free"/>.</summary>
    public static byte* Copy(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(value, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }

    public void Dispose()
    {
        if (Pointer is null)
        {
            return;
        }

        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(Pointer[i]);
        }

        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
