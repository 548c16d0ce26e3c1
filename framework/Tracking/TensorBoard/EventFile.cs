using System.Buffers.Binary;
using System.Globalization;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Tracking.Protobuf;

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

    private readonly ProtobufWriter _message = new();
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
        Begin(step: 0);
        _message.Text(Fields.FileVersion, Version);
        Append();
        Flush();
    }

    /// <summary>The file.</summary>
    public string FullPath => _stream.Name;

    /// <summary>Says that what earlier files hold of this step and later ones comes again.</summary>
    public void Restart(long step)
    {
        Begin(step);
        int session = _message.Begin(Fields.SessionLog);
        _message.Integer(Fields.SessionStatus, Fields.SessionStart);
        _message.End(session);
        Append();
    }

    /// <summary>A point of a curve; the format keeps it as a float.</summary>
    public void Scalar(string tag, long step, double value)
    {
        var (summary, entry) = BeginValue(tag, step);
        _message.Float(Fields.SimpleValue, (float)value);
        EndValue(summary, entry);
    }

    /// <summary>A distribution; an empty one is left out, as it has no least value.</summary>
    public void Histogram(string tag, long step, Histogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        if (histogram.Count == 0)
        {
            return;
        }

        var (summary, entry) = BeginValue(tag, step);
        int content = _message.Begin(Fields.HistogramValue);
        _message.Double(1, histogram.Min);
        _message.Double(2, histogram.Max);
        _message.Double(3, histogram.Count);
        _message.Double(4, histogram.Sum);
        _message.Double(5, histogram.SumOfSquares);
        _message.PackedDoubles(6, histogram.BucketLimits);
        _message.PackedDoubles(7, histogram.BucketCounts);
        _message.End(content);
        EndValue(summary, entry);
    }

    /// <summary>A text, shown as Markdown.</summary>
    public void Text(string tag, long step, string text)
    {
        var (summary, entry) = BeginValue(tag, step);
        int metadata = _message.Begin(Fields.Metadata);
        int plugin = _message.Begin(Fields.PluginData);
        _message.Text(Fields.PluginName, "text");
        _message.End(plugin);
        _message.End(metadata);
        int tensor = _message.Begin(Fields.Tensor);
        _message.Integer(Fields.TensorType, Fields.TypeString);
        int shape = _message.Begin(Fields.TensorShape);
        int dimension = _message.Begin(Fields.ShapeDimension);
        _message.Integer(Fields.DimensionSize, 1);
        _message.End(dimension);
        _message.End(shape);
        _message.Text(Fields.TensorStrings, text);
        _message.End(tensor);
        EndValue(summary, entry);
    }

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
            string name = string.Create(
                CultureInfo.InvariantCulture,
                $"events.out.tfevents.{now.ToUnixTimeSeconds():D10}.{Environment.MachineName}.{Environment.ProcessId}.{number}");
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

    private void Begin(long step)
    {
        _message.Clear();
        _message.Double(Fields.WallTime, (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
        _message.Integer(Fields.Step, step);
    }

    private (int Summary, int Entry) BeginValue(string tag, long step)
    {
        Begin(step);
        int summary = _message.Begin(Fields.Summary);
        int entry = _message.Begin(Fields.SummaryValue);
        _message.Text(Fields.Tag, tag);
        return (summary, entry);
    }

    private void EndValue(int summary, int entry)
    {
        _message.End(entry);
        _message.End(summary);
        Append();
    }

    private void Append() => WriteFailure.Guard(() =>
    {
        Span<byte> head = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)_message.Written.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(ulong)..], Masked(head[..sizeof(ulong)]));
        _stream.Write(head);
        _stream.Write(_message.Written);
        Span<byte> tail = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Masked(_message.Written));
        _stream.Write(tail);
    });

    /// <summary>Field numbers of event.proto, summary.proto and tensor.proto, and values of their enums.</summary>
    private static class Fields
    {
        public const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SessionLog = 7;
        public const int SessionStatus = 1, SessionStart = 1;
        public const int SummaryValue = 1, Tag = 1, SimpleValue = 2, HistogramValue = 5, Tensor = 8, Metadata = 9;
        public const int PluginData = 1, PluginName = 1;
        public const int TensorType = 1, TypeString = 7, TensorShape = 2, ShapeDimension = 2, DimensionSize = 1, TensorStrings = 8;
    }
}
