namespace Compression.Core.Contracts;

/// <summary>What a compressor's payload consists of. An exchange that does more than pass payloads on carries some forms only.</summary>
[Flags]
public enum PayloadForm
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Every entry as it is, in float32.</summary>
    Floats = 1,

    /// <summary>Chosen entries as they are, in float32, with their positions.</summary>
    SparseFloats = 2,

    /// <summary>The sign of every entry, and one magnitude.</summary>
    Signs = 4,

    /// <summary>Any code that its own decoder alone understands.</summary>
    Codes = 8,

    /// <summary>Any code of a method that keeps by itself what it does not send.</summary>
    SelfKept = 16,

    /// <summary>Whatever a compressor writes.</summary>
    Any = Floats | SparseFloats | Signs | Codes | SelfKept,
}
