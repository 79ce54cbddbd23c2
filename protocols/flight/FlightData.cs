using System.Buffers;

namespace Executor.Flight;

/// <summary>
/// One message of a stream of Arrow data, not decoded. A received one lies in the transport's buffers: its sequences are
/// <b>valid only until the next message of the stream is requested</b>, or the stream ends or is disposed; copy what must live
/// longer. Those of one that is sent must stay unchanged until its write has completed.
/// </summary>
public sealed class FlightData
{
    /// <summary>The data set that is put; on the first message of a put or an exchange, else null.</summary>
    public FlightDescriptor? Descriptor { get; init; }

    /// <summary>The metadata of an IPC message: a flatbuffer without the length prefix of encapsulated messages. May be empty.</summary>
    public ReadOnlySequence<byte> DataHeader { get; init; }

    /// <summary>Bytes that the application gives a meaning.</summary>
    public ReadOnlySequence<byte> AppMetadata { get; init; }

    /// <summary>The body of the IPC message: its buffers, each padded to 8 bytes.</summary>
    public ReadOnlySequence<byte> DataBody { get; init; }

    /// <summary>The length of header, application metadata and body in bytes.</summary>
    public long Length => DataHeader.Length + AppMetadata.Length + DataBody.Length;

    /// <summary>A message whose body is sent slice by slice from where the slices lie.</summary>
    public static FlightData Create(ReadOnlyMemory<byte> dataHeader, params IEnumerable<ReadOnlyMemory<byte>> bodySlices)
        => new() { DataHeader = new(dataHeader), DataBody = BodySequence.Join(bodySlices) };
}
