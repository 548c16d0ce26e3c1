using System.Buffers.Binary;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Google.Protobuf;

namespace Compression.Tracking.TensorBoard;

/// <summary>
/// A TensorBoard event file: records of <c>tensorflow.Event</c> messages, each framed as its length (uint64), the masked CRC-32C
/// of the length, the message, and the masked CRC-32C of the message, all little-endian. Not for several threads at once.
/// </summary>
public sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private const uint MaskDelta = 0xa282ead8;
    private const int BufferSize = 1 << 16;

    private readonly TimeProvider _time;
    private readonly FileStream _stream;

    /// <summary>Starts a new file, named so that TensorBoard finds it and reads it after those that were there before.</summary>
    /// <param name="folder">Where; it is made if need be.</param>
    /// <param name="time">Clock of the name and of every event.</param>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public EventFile(string folder, TimeProvider time)
    {
        _time = time;
        FileStream? stream = null;
        WriteFailure.Guard(() => stream = OpenNew(Directory.CreateDirectory(folder).FullName, time.GetUtcNow()));
        _stream = stream!;
        Append(0, new Event { FileVersion = Version });
        Flush();
    }

    /// <summary>The file.</summary>
    public string FullPath => _stream.Name;

    /// <summary>Says that what earlier files hold of this step and later ones comes again.</summary>
    public void Restart(long step) => Append(step, new Event { SessionLog = new() { Status = SessionLog.Types.SessionStatus.Start } });

    /// <summary>A point of a curve; the format keeps it as a float.</summary>
    public void Scalar(string tag, long step, double value) => Append(step, new SummaryValue { Tag = tag, SimpleValue = (float)value });

    /// <summary>A distribution; an empty one is left out, as it has no least value.</summary>
    public void Histogram(string tag, long step, Histogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        if (histogram.Count == 0)
        {
            return;
        }

        Append(step, new SummaryValue
        {
            Tag = tag,
            Histo = new()
            {
                Min = histogram.Min,
                Max = histogram.Max,
                Num = histogram.Count,
                Sum = histogram.Sum,
                SumSquares = histogram.SumOfSquares,
                BucketLimit = { histogram.BucketLimits.ToArray() },
                Bucket = { histogram.BucketCounts.ToArray() },
            },
        });
    }

    /// <summary>A text, shown as Markdown.</summary>
    public void Text(string tag, long step, string text) => Append(step, new SummaryValue
    {
        Tag = tag,
        Metadata = new() { PluginData = new() { PluginName = "text" } },
        Tensor = new()
        {
            Dtype = DataType.DtString,
            TensorShape = new() { Dim = { new TensorShapeProto.Types.Dim { Size = 1 } } },
            StringVal = { ByteString.CopyFromUtf8(text) },
        },
    });

    /// <summary>Hands all events to the system, so that a viewer sees them and a kill does not lose them.</summary>
    /// <exception cref="UserErrorException">The disk is full.</exception>
    public void Flush() => WriteFailure.Guard(_stream.Flush);

    /// <summary>Flushes and closes.</summary>
    public void Dispose() => WriteFailure.Guard(_stream.Dispose);

    // events.out.tfevents.<seconds>.<host>.<process>.<number>: viewers look for "tfevents" and read in the order of the names.
    private static FileStream OpenNew(string folder, DateTimeOffset now)
    {
        for (int number = 0; ; number++)
        {
            string name = FormattableString.Invariant($"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{number}");
            string path = Path.Combine(folder, name);
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferSize);
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint checksum = Checksum.Crc32C(bytes);
        return ((checksum >> 15) | (checksum << 17)) + MaskDelta;
    }

    private void Append(long step, SummaryValue value) => Append(step, new Event { Summary = new() { Value = { value } } });

    private void Append(long step, Event entry) => WriteFailure.Guard(() =>
    {
        (entry.WallTime, entry.Step) = ((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds, step);
        byte[] message = entry.ToByteArray();
        Span<byte> head = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(ulong)..], Masked(head[..sizeof(ulong)]));
        _stream.Write(head);
        _stream.Write(message);
        Span<byte> tail = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Masked(message));
        _stream.Write(tail);
    });
}
