using Executor.Contracts.Reporting;
using Microsoft.Win32.SafeHandles;

namespace Executor.TaskRunner.Reporting;

/// <summary>
/// Writes reports to the termination message in place, into its two slots by turns (<see cref="TerminationSlots"/>), so that
/// a kill at any moment leaves the latest whole report. For one caller at a time.
/// </summary>
internal sealed class TerminationFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private TerminationFile(SafeFileHandle file)
    {
        _file = file;
    }

    /// <summary>Opens the message, without its old content.</summary>
    /// <param name="path">The file; in a pod a bind mount that exists.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static TerminationFile Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, 0);
        return new TerminationFile(file);
    }

    /// <summary>Writes a report into the slot that its sequence number falls to.</summary>
    public void Write(TerminationReport report) =>
        RandomAccess.Write(_file, TerminationSlots.Encode(report), report.Sequence % 2 * TerminationSlots.SlotBytes);

    public void Dispose() => _file.Dispose();
}
