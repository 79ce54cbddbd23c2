namespace Executor.Grpc.Framing;

/// <summary>Metadata as HTTP headers: values of <c>-bin</c> keys are base64, and may come joined with commas.</summary>
internal static class MetadataHeaders
{
    /// <summary>The text of an entry's header.</summary>
    /// <exception cref="ArgumentException">The key belongs to gRPC or HTTP.</exception>
    public static string Format(Metadata.Entry entry)
    {
        if (HeaderNames.IsReserved(entry.Key))
        {
            throw new ArgumentException($"The metadata key '{entry.Key}' belongs to the protocol.", nameof(entry));
        }

        return entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes).TrimEnd('=') : entry.Value;
    }

    /// <summary>Adds a received header to metadata; one that belongs to the protocol, or that is not valid metadata, is left out.</summary>
    public static void Add(Metadata metadata, string name, string value)
    {
        if (HeaderNames.IsReserved(name))
        {
            return;
        }

        try
        {
            if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(name, value);
                return;
            }

            foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
            {
                metadata.Add(name, DecodeBase64(part));
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Proxies add headers that gRPC would not allow; they concern nobody here.
        }
    }

    private static byte[] DecodeBase64(string value)
        => Convert.FromBase64String(value.PadRight((value.Length + 3) / 4 * 4, '='));
}
