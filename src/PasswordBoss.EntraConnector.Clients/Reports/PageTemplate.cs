using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>
/// The fixed parts of a report page: <c>Page/report.html</c>, <c>report.css</c> and <c>report.js</c>. The content security policy of the page allows this style
/// and this script by their hashes, and nothing else: no other script, no request.
/// </summary>
internal sealed class PageTemplate
{
    private const string Changes = "{{changes-data}}";
    private const string Report = "{{report-data}}";

    private static readonly Regex Place = new(@"\{\{(?<name>[a-zA-Z]+)\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));

    private PageTemplate(string start, string middle, string end)
    {
        Start = start;
        Middle = middle;
        End = end;
    }

    /// <summary>What is before the changes.</summary>
    public string Start { get; }

    /// <summary>What is between the changes and the rest of the data.</summary>
    public string Middle { get; }

    /// <summary>What is after the data.</summary>
    public string End { get; }

    /// <summary>The template in one language.</summary>
    /// <param name="words">The words.</param>
    public static PageTemplate In(ReportWords words)
    {
        var style = Read("report.css");
        var script = Read("report.js");
        var policy = "default-src 'none'; script-src '" + HashOf(script) + "'; style-src '" + HashOf(style) + "'; img-src data:; base-uri 'none'; form-action 'none'";
        var page = Place.Replace(Read("report.html"), match => match.Groups["name"].Value switch
        {
            "policy" => policy,
            "style" => style,
            "script" => script,
            "language" => WebUtility.HtmlEncode(words.Language),
            var word => WebUtility.HtmlEncode(Find(words.Words, word)),
        });
        var (start, rest) = Split(page, Changes);
        var (middle, end) = Split(rest, Report);
        return new PageTemplate(start, middle, end);
    }

    private static string Find(IReadOnlyDictionary<string, string> words, string name) =>
        words.TryGetValue(name, out var word) ? word : throw new InvalidOperationException("The report page uses an unknown word: " + name);

    private static (string Before, string After) Split(string text, string mark)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        return (text.Substring(0, at), text.Substring(at + mark.Length));
    }

    // The files contain only line feeds, as does the text from which the browser computes the hash.
    private static string Read(string name)
    {
        using var resource = typeof(PageTemplate).Assembly.GetManifestResourceStream("PasswordBoss.EntraConnector.Clients.Reports.Page." + name)
            ?? throw new InvalidOperationException("The report page is incomplete: " + name);
        using var reader = new StreamReader(resource, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string HashOf(string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return "sha256-" + Convert.ToBase64String(hash.GetHashAndReset());
    }
}
