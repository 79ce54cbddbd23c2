namespace Executor.Journaling;

/// <summary>An entry of a run's journal cannot be read: it was damaged, or made by a newer executor.</summary>
/// <param name="message">The entry, the line, what was found and what was expected.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class JournalException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A later driver has opened the run's journal: this one must stop without doing anything more.</summary>
/// <param name="run">The run's id.</param>
/// <param name="epoch">The epoch of the driver that is fenced.</param>
/// <param name="sequence">The entry that the later driver made.</param>
internal sealed class FencedException(string run, long epoch, long sequence)
    : Exception($"another executor took over run {run} (journal entry {sequence} is not of epoch {epoch})");
