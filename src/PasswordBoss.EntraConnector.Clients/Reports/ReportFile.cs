using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>A report at a path that the user chose. Only its owner can read it, because it contains names and addresses.</summary>
internal abstract class ReportFile : IReportFile
{
    // Large enough that the disk is not the limit.
    private const int BufferSize = 1 << 16;

    private readonly string path;
    private readonly FileDraft draft;
    private readonly bool overwrite;
    private readonly StateLocation location;
    private bool isBegun;

    /// <summary>Refuses a path that cannot be used, and creates the draft.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    /// <param name="location">The location of the store, whose files are not replaced.</param>
    protected ReportFile(string path, bool overwrite, StateLocation location)
    {
        FileReplacement.RequireWritablePath(location, path, overwrite);
        this.path = path;
        this.overwrite = overwrite;
        this.location = location;
        draft = UnusablePath.Guard(path, () => new FileDraft(path, overwrite, name => PrivateFile.CreateNew(name, FileShare.None)));
        Content = new BufferedStream(draft.Content, BufferSize);
    }

    /// <inheritdoc/>
    public abstract int MaxChanges { get; }

    /// <summary>The content.</summary>
    protected Stream Content { get; }

    /// <inheritdoc/>
    public void Add(ReportChange change) => UnusablePath.Guard(path, () =>
    {
        Begin();
        WriteChange(change);
    });

    /// <inheritdoc/>
    public void Complete(ReportSummary summary) => UnusablePath.Guard(path, () =>
    {
        Begin();
        WriteRest(summary);
        Content.Flush();
        // Another process may have created the file meanwhile.
        FileReplacement.RequireWritablePath(location, path, overwrite);
        draft.Commit();
    });

    /// <inheritdoc/>
    public void Dispose() => draft.Dispose();

    /// <summary>Writes what precedes the changes.</summary>
    protected abstract void WriteStart();

    /// <summary>Writes one change.</summary>
    /// <param name="change">The change.</param>
    protected abstract void WriteChange(ReportChange change);

    /// <summary>Writes what follows the changes.</summary>
    /// <param name="summary">The rest.</param>
    protected abstract void WriteRest(ReportSummary summary);

    private void Begin()
    {
        if (isBegun)
            return;
        isBegun = true;
        WriteStart();
    }
}
