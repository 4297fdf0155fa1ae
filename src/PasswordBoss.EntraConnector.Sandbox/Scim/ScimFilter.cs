using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// A filter of RFC 7644 section 3.4.2.2, with <c>eq</c>, <c>and</c>, <c>or</c> and parentheses. All other operators return <c>invalidFilter</c>, which
/// section 3.12 defines for unsupported filters.
/// </summary>
internal sealed class ScimFilter
{
    private ScimFilter(Func<Func<ScimAttributePath, object?>, bool> matches, IReadOnlyList<Term> required)
    {
        Matches = matches;
        Required = required;
    }

    /// <summary>Whether a resource or value matches, given a function that returns its attributes: a string, a boolean or null.</summary>
    public Func<Func<ScimAttributePath, object?>, bool> Matches { get; }

    /// <summary>Comparisons that are true for every match; an index can use them.</summary>
    public IReadOnlyList<Term> Required { get; }

    /// <summary>Parses a filter.</summary>
    /// <param name="text">The filter.</param>
    /// <param name="resolve">Returns the attribute for a path in the filter; throws for an unknown one.</param>
    public static ScimFilter Parse(string text, Func<string, ScimAttributePath> resolve)
    {
        var parser = new Parser(Split(text), resolve);
        return parser.ParseAll();
    }

    private static List<string> Split(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == ' ')
            {
                i++;
            }
            else if (text[i] is '(' or ')')
            {
                tokens.Add(text[i++].ToString(CultureInfo.InvariantCulture));
            }
            else if (text[i] == '"')
            {
                var value = new StringBuilder("\"");
                for (i++; i < text.Length && text[i] != '"'; i++)
                {
                    value.Append(text[i]);
                    if (text[i] == '\\' && i + 1 < text.Length)
                        value.Append(text[++i]);
                }

                if (i++ >= text.Length)
                    throw ScimException.InvalidFilter("A text is not closed.");
                tokens.Add(value.Append('"').ToString());
            }
            else
            {
                var start = i;
                while (i < text.Length && text[i] is not (' ' or '(' or ')' or '"'))
                    i++;
                tokens.Add(text.Substring(start, i - start));
            }
        }

        return tokens;
    }

    /// <summary>One comparison.</summary>
    public sealed record Term(ScimAttributePath Path, object? Value);

    private sealed class Parser
    {
        private readonly List<string> tokens;
        private readonly Func<string, ScimAttributePath> resolve;
        private int at;

        public Parser(List<string> tokens, Func<string, ScimAttributePath> resolve)
        {
            this.tokens = tokens;
            this.resolve = resolve;
        }

        public ScimFilter ParseAll()
        {
            var filter = ParseOr();
            if (at < tokens.Count)
                throw ScimException.InvalidFilter("'" + tokens[at] + "' was not expected.");
            return filter;
        }

        private ScimFilter ParseOr()
        {
            var left = ParseAnd();
            while (TryTakeToken("or"))
            {
                var (first, second) = (left, ParseAnd());
                left = new ScimFilter(get => first.Matches(get) || second.Matches(get), Array.Empty<Term>());
            }

            return left;
        }

        private ScimFilter ParseAnd()
        {
            var left = ParseTerm();
            while (TryTakeToken("and"))
            {
                var (first, second) = (left, ParseTerm());
                var required = new List<Term>(first.Required);
                required.AddRange(second.Required);
                left = new ScimFilter(get => first.Matches(get) && second.Matches(get), required);
            }

            return left;
        }

        private ScimFilter ParseTerm()
        {
            if (TryTakeToken("("))
            {
                var inner = ParseOr();
                if (!TryTakeToken(")"))
                    throw ScimException.InvalidFilter("')' was expected.");
                return inner;
            }

            var path = resolve(NextToken());
            var comparison = NextToken();
            if (!string.Equals(comparison, "eq", StringComparison.OrdinalIgnoreCase))
                throw ScimException.InvalidFilter("The operator '" + comparison + "' is not supported.");
            var value = Literal(NextToken());
            var attribute = path.Leaf;
            if (attribute.Type == "complex" || (value is not null && value is bool != (attribute.Type == "boolean")))
                throw ScimException.InvalidFilter("'" + attribute.Name + "' cannot be compared with this value.");
            var comparer = attribute.CaseExact ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
            bool Equal(object? actual) => actual is string left && value is string right ? string.Equals(left, right, comparer) : Equals(actual, value);
            return new ScimFilter(get => Equal(get(path)), new[] { new Term(path, value) });
        }

        private static object? Literal(string token)
        {
            try
            {
                using var json = JsonDocument.Parse(token);
                return json.RootElement.ValueKind switch
                {
                    JsonValueKind.String => json.RootElement.GetString(),
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.Null => null,
                    _ => throw ScimException.InvalidFilter("No attribute has a value of this type."),
                };
            }
            catch (JsonException)
            {
                throw ScimException.InvalidFilter("'" + token + "' is not a value.");
            }
        }

        private string NextToken() => at < tokens.Count ? tokens[at++] : throw ScimException.InvalidFilter("The end was not expected.");

        private bool TryTakeToken(string token)
        {
            if (at >= tokens.Count || !string.Equals(tokens[at], token, StringComparison.OrdinalIgnoreCase))
                return false;
            at++;
            return true;
        }
    }
}
