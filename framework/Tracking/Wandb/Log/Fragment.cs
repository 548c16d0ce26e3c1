namespace Compression.Tracking.Wandb.Log;

/// <summary>Which part of a record a fragment holds.</summary>
internal enum Fragment : byte
{
    /// <summary>All of it.</summary>
    Full = 1,

    /// <summary>Its beginning.</summary>
    First = 2,

    /// <summary>Something in between.</summary>
    Middle = 3,

    /// <summary>Its end.</summary>
    Last = 4,
}
