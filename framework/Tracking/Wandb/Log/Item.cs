namespace Compression.Tracking.Wandb.Log;

/// <content>Making items, and reading those of other writers.</content>
internal sealed partial class Item
{
    /// <summary>The whole key.</summary>
    public string Name => string.Join('.', Key.Length > 0 ? NestedKey.Prepend(Key) : NestedKey);

    /// <summary>The value as a JSON text.</summary>
    public string Json => HasValueJson ? ValueJson : "null";

    /// <summary>An item of a key and a JSON text.</summary>
    public static Item Of(string key, string json) => new() { Key = key, ValueJson = json };
}
