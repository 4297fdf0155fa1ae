
namespace PasswordBoss.EntraConnector.Completion;

/// <summary>A word to choose from.</summary>
internal sealed class StoredWord
{
    /// <summary>Creates a word.</summary>
    /// <param name="text">The text that is inserted.</param>
    /// <param name="label">The text in the list; null for the same.</param>
    /// <param name="toolTip">The details; null for the label.</param>
    internal StoredWord(string text, string? label = null, string? toolTip = null)
    {
        Text = text;
        Label = string.IsNullOrEmpty(label) ? text : label!;
        ToolTip = string.IsNullOrEmpty(toolTip) ? Label : toolTip!;
    }

    internal string Text { get; }

    internal string Label { get; }

    internal string ToolTip { get; }
}
