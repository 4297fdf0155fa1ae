using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PasswordBoss.EntraConnector.MessageGenerator;

/// <summary>The content of a resource file.</summary>
/// <param name="path">The path of the file.</param>
/// <param name="entries">The texts, in the order of the file.</param>
internal sealed class TextFile(string path, IReadOnlyList<TextEntry> entries) : IEquatable<TextFile>
{
    /// <summary>The texts, in the order of the file.</summary>
    public IReadOnlyList<TextEntry> Entries => entries;

    /// <summary>Its name without the folder.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static TextFile Read(AdditionalText file, CancellationToken cancellationToken)
    {
        var root = XDocument.Parse(file.GetText(cancellationToken)?.ToString() ?? "<root />", LoadOptions.SetLineInfo).Root!;
        return new TextFile(file.Path, root.Elements("data").Select(EntryOf).ToList());
    }

    /// <summary>The location of an entry, for error messages.</summary>
    /// <param name="entry">The entry.</param>
    public Location LocationOf(TextEntry? entry)
    {
        var position = new LinePosition(Math.Max(0, (entry?.Line ?? 1) - 1), 0);
        return Location.Create(path, default, new LinePositionSpan(position, position));
    }

    /// <inheritdoc/>
    public bool Equals(TextFile? other) => other is not null && string.Equals(Name, other.Name, StringComparison.Ordinal) && entries.SequenceEqual(other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextFile);

    /// <inheritdoc/>
    public override int GetHashCode() => entries.Count;

    private static TextEntry EntryOf(XElement data) => new(
        data.Attribute("name")?.Value ?? "", data.Element("value")?.Value ?? "", data.Element("comment")?.Value ?? "", ((IXmlLineInfo)data).LineNumber);
}
