using System.Runtime.InteropServices;

namespace Executor.TaskRunner.Native;

/// <summary>
/// NVIDIA's management library (NVML), as far as it tells how much of a GPU is in use. It comes with the driver, is mounted into containers that were given GPUs,
/// and is loaded at run time. Thread-safe, as the library is. It is never unloaded: the process has one, and takes it along when it ends.
/// </summary>
internal sealed unsafe class Nvml
{
    private const int Success = 0;

    private readonly delegate* unmanaged<uint*, int> _getCount;
    private readonly delegate* unmanaged<uint, nint*, int> _getHandle;
    private readonly delegate* unmanaged<nint, MemoryInfo*, int> _getMemory;
    private readonly delegate* unmanaged<nint, Utilization*, int> _getUtilization;

    private Nvml(nint getCount, nint getHandle, nint getMemory, nint getUtilization)
    {
        _getCount = (delegate* unmanaged<uint*, int>)getCount;
        _getHandle = (delegate* unmanaged<uint, nint*, int>)getHandle;
        _getMemory = (delegate* unmanaged<nint, MemoryInfo*, int>)getMemory;
        _getUtilization = (delegate* unmanaged<nint, Utilization*, int>)getUtilization;
    }

    /// <summary>
    /// Where the library is in containers: NVIDIA's container toolkit mounts it where the image's distribution has its libraries, some clouds in a folder of
    /// its own. Absolute, since this process may have a loader of its own that looks nowhere else.
    /// </summary>
    public static string[] Paths { get; } =
    [
        "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
        "/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1",
        "/usr/lib64/libnvidia-ml.so.1",
        "/usr/local/nvidia/lib64/libnvidia-ml.so.1",
        "/usr/lib/libnvidia-ml.so.1",
    ];

    /// <summary>Loads the first of these libraries that there is and that works; null if none does. May take seconds, where it has to start the driver.</summary>
    public static Nvml? Open(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            if (File.Exists(path) && NativeLibrary.TryLoad(path, out var library)
                && NativeLibrary.TryGetExport(library, "nvmlInit_v2", out var init)
                && NativeLibrary.TryGetExport(library, "nvmlDeviceGetCount_v2", out var getCount)
                && NativeLibrary.TryGetExport(library, "nvmlDeviceGetHandleByIndex_v2", out var getHandle)
                && NativeLibrary.TryGetExport(library, "nvmlDeviceGetMemoryInfo", out var getMemory)
                && NativeLibrary.TryGetExport(library, "nvmlDeviceGetUtilizationRates", out var getUtilization)
                && ((delegate* unmanaged<int>)init)() == Success)
            {
                return new Nvml(getCount, getHandle, getMemory, getUtilization);
            }
        }

        return null;
    }

    /// <summary>How many GPUs this process sees; null if that cannot be told.</summary>
    public int? CountDevices()
    {
        uint count;
        return _getCount(&count) == Success && count <= int.MaxValue ? (int)count : null;
    }

    /// <summary>A GPU by its index from 0; null if there is none.</summary>
    public nint? FindDevice(int index)
    {
        nint device;
        return _getHandle((uint)index, &device) == Success ? device : null;
    }

    /// <summary>The bytes of a GPU's memory that are in use, by whomever and for whatever; null if that cannot be told.</summary>
    public long? ReadUsedBytes(nint device)
    {
        MemoryInfo memory;
        return _getMemory(device, &memory) == Success && memory.Used <= long.MaxValue ? (long)memory.Used : null;
    }

    /// <summary>The share of the last sixth of a second to second in which a GPU ran something, from 0 to 1; null if that cannot be told.</summary>
    public double? ReadBusyShare(nint device)
    {
        Utilization utilization;
        return _getUtilization(device, &utilization) == Success ? Math.Min(utilization.GpuPercent, 100) / 100.0 : null;
    }

    // nvmlMemory_t, the first version.
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    // nvmlUtilization_t.
    [StructLayout(LayoutKind.Sequential)]
    private struct Utilization
    {
        public uint GpuPercent;
        public uint MemoryPercent;
    }
}
