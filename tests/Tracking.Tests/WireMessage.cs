using System.Buffers.Binary;
using System.Text;

namespace Compression.Tracking.Tests;

/// <summary>
/// A protobuf message taken apart by the rules of its wire format, knowing nothing of the product's writer. A message is a list of
/// (field, value), a value a ulong (varint), a double, a float, or bytes.
/// </summary>
internal sealed class WireMessage
{
    private readonly List<(int Field, object Value)> _fields = [];

    public WireMessage(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            ulong tag = Varint(ref bytes);
            int field = checked((int)(tag >> 3));
            Assert.NotEqual(0, field);
            switch (tag & 7)
            {
                case 0:
                    _fields.Add((field, Varint(ref bytes)));
                    break;
                case 1:
                    _fields.Add((field, BinaryPrimitives.ReadDoubleLittleEndian(bytes)));
                    bytes = bytes[8..];
                    break;
                case 2:
                    int length = checked((int)Varint(ref bytes));
                    _fields.Add((field, bytes[..length].ToArray()));
                    bytes = bytes[length..];
                    break;
                case 5:
                    _fields.Add((field, BinaryPrimitives.ReadSingleLittleEndian(bytes)));
                    bytes = bytes[4..];
                    break;
                default:
                    Assert.Fail($"wire type {tag & 7}");
                    break;
            }
        }
    }

    public IEnumerable<int> Fields => _fields.Select(entry => entry.Field);

    public bool Has(int field) => _fields.Exists(entry => entry.Field == field);

    public long Integer(int field) => (long)One<ulong>(field);

    public double Double(int field) => One<double>(field);

    public float Float(int field) => One<float>(field);

    public string Text(int field) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(One<byte[]>(field));

    public IEnumerable<string> Texts(int field) => All(field).Select(bytes => Encoding.UTF8.GetString(bytes));

    public WireMessage Message(int field) => new(One<byte[]>(field));

    public IEnumerable<WireMessage> Messages(int field) => All(field).Select(bytes => new WireMessage(bytes));

    public double[] Packed(int field)
    {
        byte[] bytes = One<byte[]>(field);
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 * i)))];
    }

    private T One<T>(int field) => (T)Assert.Single(_fields, entry => entry.Field == field).Value;

    private IEnumerable<byte[]> All(int field) => _fields.Where(entry => entry.Field == field).Select(entry => (byte[])entry.Value);

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
