using System;
using System.IO;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// A file that is written piece by piece beside its place, and put there in one step at the end. Throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/>.
/// </summary>
internal sealed class FileDraft : IDisposable
{
    private const string Ending = ".new";
    private static readonly Regex DraftName = new(@"\.[0-9a-f]{32}\" + Ending, RegexOptions.CultureInvariant);

    private readonly string path;
    private readonly string draft;
    private readonly bool overwrite;
    private readonly FileStream content;

    /// <summary>Creates the draft, so that a place that cannot be written is refused at once.</summary>
    /// <param name="path">The file. A link at its place is replaced, and not followed.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    /// <param name="create">Creates the draft.</param>
    public FileDraft(string path, bool overwrite, Func<string, FileStream> create)
    {
        FileReplacement.RefusePlace(path);
        this.path = path;
        this.overwrite = overwrite;
        // No other user can guess this name, so none can prepare a file there.
        draft = path + "." + Guid.NewGuid().ToString("N") + Ending;
        content = create(draft);
    }

    /// <summary>The message of a system's error with the name of the file instead of its draft, which the user does not know.</summary>
    /// <param name="message">The message.</param>
    public static string WithoutName(string message) => DraftName.Replace(message, "");

    /// <summary>The content.</summary>
    public Stream Content => content;

    /// <summary>Puts the file in its place.</summary>
    public void Commit()
    {
        content.Flush(flushToDisk: true);
        content.Dispose();
        FileReplacement.Move(draft, path, overwrite);
    }

    /// <summary>Deletes the draft if it was not put in its place.</summary>
    public void Dispose()
    {
        content.Dispose();
        File.Delete(draft);
    }
}
