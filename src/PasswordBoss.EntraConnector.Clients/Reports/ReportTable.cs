using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>The changes as a CSV table: RFC 4180, in UTF-8 with a byte order mark, which Excel needs. The columns are named after the properties of <c>PBSyncChange</c>.</summary>
internal sealed class ReportTable : ReportFile
{
    private static readonly string[] Columns =
    [
        "Connection", "Time", "RunId", "Action", "Outcome", "Email", "DisplayName", "Group", "Reason", "Before", "After", "EntraId", "AccountId", "ErrorId", "Message",
    ];

    private readonly StreamWriter writer;

    /// <summary>Begins the table.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    /// <param name="location">The location of the store.</param>
    public ReportTable(string path, bool overwrite, StateLocation location)
        : base(path, overwrite, location) => writer = new StreamWriter(Content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true)) { NewLine = "\r\n" };

    /// <inheritdoc/>
    public override int MaxChanges => int.MaxValue;

    /// <inheritdoc/>
    protected override void WriteStart() => Write(Columns);

    /// <inheritdoc/>
    protected override void WriteChange(ReportChange change) => Write(
        change.Connection,
        change.Time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        change.RunId.ToString("D"),
        change.Action.ToString(),
        change.Outcome.ToString(),
        change.Email,
        change.DisplayName,
        change.Group,
        change.Reason,
        change.Before,
        change.After,
        change.EntraId,
        change.AccountId,
        change.ErrorId,
        change.Message);

    /// <inheritdoc/>
    protected override void WriteRest(ReportSummary summary) => writer.Flush();

    private void Write(params string?[] cells) => writer.WriteLine(string.Join(",", cells.Select(CsvCell.Of)));
}
