using Google.Protobuf;

namespace Compression.Tracking.Wandb.Log;

/// <content>Reading.</content>
internal sealed partial class Record
{
    /// <summary>Reads a record; one of a kind that uploading has no use for is none of the kinds.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Record Read(ReadOnlySpan<byte> message)
    {
        try
        {
            return Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException cause)
        {
            throw new InvalidDataException("a record is no protobuf message", cause);
        }
    }
}
