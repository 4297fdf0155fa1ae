using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// A <c>$filter</c>: eq, ne, in, startsWith, endsWith, any, and, or, not (https://learn.microsoft.com/graph/filter-query-parameter). Text comparisons ignore
/// case.
/// </summary>
internal sealed class GraphFilter
{
    // "Too many child clauses … Max allowed: 15": seen in responses of the service, but not documented.
    private const int MaxChildClauses = 15;

    private GraphFilter(Node root)
    {
        Matches = root.Matches;
        NeedsAdvancedQuery = root.Advanced;
        Ids = root.Ids;
    }

    /// <summary>Whether an object matches, given a function that returns its properties.</summary>
    public Func<Func<string, object?>, bool> Matches { get; }

    /// <summary>Whether the filter needs an advanced query (https://learn.microsoft.com/graph/aad-advanced-queries).</summary>
    public bool NeedsAdvancedQuery { get; }

    /// <summary>The ids, if the filter only selects objects by id; null for any other filter.</summary>
    public IReadOnlyList<string>? Ids { get; }

    /// <summary>Parses a filter.</summary>
    /// <param name="text">The decoded filter.</param>
    /// <param name="canFilter">Whether a property can be filtered; null for one that does not exist.</param>
    /// <param name="maxChildClauses">The maximum number of alternatives.</param>
    public static GraphFilter Parse(string text, Func<string, bool?> canFilter, int maxChildClauses = MaxChildClauses)
    {
        var parser = new Parser(Split(text), canFilter, maxChildClauses);
        return new GraphFilter(parser.ParseAll());
    }

    private static List<string> Split(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
            }
            else if (text[i] is '(' or ')' or ',' or ':')
            {
                tokens.Add(text[i++].ToString());
            }
            else if (text[i] == '\'')
            {
                var value = new StringBuilder("'");
                for (i++; ; i++)
                {
                    if (i >= text.Length)
                        throw Invalid("There is an unterminated literal at position " + text.Length + " in '" + text + "'.");
                    if (text[i] != '\'')
                    {
                        value.Append(text[i]);
                        continue;
                    }

                    i++;
                    if (i < text.Length && text[i] == '\'')
                        value.Append('\'');
                    else
                        break;
                }

                tokens.Add(value.ToString());
            }
            else
            {
                var start = i;
                while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '/' or '.' or '-'))
                    i++;
                if (start == i)
                    throw Invalid("Syntax error at position " + i + " in '" + text + "'.");
                tokens.Add(text.Substring(start, i - start));
            }
        }

        return tokens;
    }

    private static GraphException Invalid(string message) => GraphException.BadRequest("Invalid filter clause: " + message);

    private sealed record Node(Func<Func<string, object?>, bool> Matches, bool Advanced, IReadOnlyList<string>? Ids, int Alternatives = 1);

    private sealed class Parser
    {
        private readonly IReadOnlyList<string> tokens;
        private readonly Func<string, bool?> canFilter;
        private readonly int maxChildClauses;
        private int at;

        public Parser(IReadOnlyList<string> tokens, Func<string, bool?> canFilter, int maxChildClauses)
        {
            this.tokens = tokens;
            this.canFilter = canFilter;
            this.maxChildClauses = maxChildClauses;
        }

        public Node ParseAll()
        {
            var node = ParseOr();
            if (at < tokens.Count)
                throw Invalid("Syntax error near '" + tokens[at] + "'.");
            return node;
        }

        private Node ParseOr()
        {
            var left = ParseAnd();
            while (TryTakeToken("or"))
                left = Join(left, ParseAnd());
            return left;
        }

        private Node Join(Node left, Node right)
        {
            var alternatives = left.Alternatives + right.Alternatives;
            if (alternatives > maxChildClauses)
                throw GraphException.UnsupportedQuery("Too many child clauses specified in search filter expression containing 'OR' operators: " + alternatives + ". Max allowed: " + maxChildClauses + ".");
            var ids = left.Ids is null || right.Ids is null ? null : left.Ids.Concat(right.Ids).ToList();
            return new Node(get => left.Matches(get) || right.Matches(get), left.Advanced || right.Advanced, ids, alternatives);
        }

        private Node ParseAnd()
        {
            var left = ParseUnary();
            while (TryTakeToken("and"))
            {
                var first = left;
                var second = ParseUnary();
                left = new Node(get => first.Matches(get) && second.Matches(get), first.Advanced || second.Advanced, null);
            }

            return left;
        }

        private Node ParseUnary()
        {
            if (TryTakeToken("not"))
            {
                var inner = ParseUnary();
                return new Node(get => !inner.Matches(get), true, null);
            }

            if (TryTakeToken("("))
            {
                var inner = ParseOr();
                Expect(")");
                return inner;
            }

            return ParseTerm();
        }

        private Node ParseTerm()
        {
            var word = NextToken();
            if (string.Equals(word, "startsWith", StringComparison.OrdinalIgnoreCase) || string.Equals(word, "endsWith", StringComparison.OrdinalIgnoreCase))
                return ParseFunction(word);
            if (word.EndsWith("/any", StringComparison.OrdinalIgnoreCase))
                return ParseAny(word.Substring(0, word.Length - 4));

            var property = Property(word);
            var comparison = NextToken();
            switch (comparison.ToUpperInvariant())
            {
                case "EQ":
                    var wanted = Literal(NextToken());
                    return new Node(get => AreEqual(get(property), wanted), false, IdOf(property, wanted));
                case "NE":
                    var unwanted = Literal(NextToken());
                    return new Node(get => !AreEqual(get(property), unwanted), true, null);
                case "IN":
                    Node? all = null;
                    Expect("(");
                    do
                    {
                        var item = Literal(NextToken());
                        var node = new Node(get => AreEqual(get(property), item), false, IdOf(property, item));
                        all = all is null ? node : Join(all, node);
                    }
                    while (TryTakeToken(","));
                    Expect(")");
                    return all;
                default:
                    throw GraphException.UnsupportedQuery("Unsupported Query.");
            }
        }

        private Node ParseFunction(string function)
        {
            Expect("(");
            var property = Property(NextToken());
            Expect(",");
            var part = Literal(NextToken()) as string ?? throw Invalid("A text was expected.");
            Expect(")");
            return string.Equals(function, "startsWith", StringComparison.OrdinalIgnoreCase)
                ? new Node(get => get(property) is string text && text.StartsWith(part, StringComparison.OrdinalIgnoreCase), false, null)
                : new Node(get => get(property) is string text && text.EndsWith(part, StringComparison.OrdinalIgnoreCase), true, null);
        }

        private Node ParseAny(string collection)
        {
            var property = Property(collection);
            Expect("(");
            var variable = NextToken();
            Expect(":");
            if (NextToken() != variable || !TryTakeToken("eq"))
                throw GraphException.UnsupportedQuery("Unsupported Query.");
            var wanted = Literal(NextToken());
            Expect(")");
            return new Node(get => get(property) is IReadOnlyList<string> items && items.Any(item => AreEqual(item, wanted)), false, null);
        }

        private string Property(string name)
        {
            var known = canFilter(name) ?? throw Invalid("Could not find a property named '" + name + "'.");
            return known ? name : throw GraphException.UnsupportedQuery("Unsupported or invalid query filter clause specified for property '" + name + "' of resource.");
        }

        private static string[]? IdOf(string property, object? value) =>
            string.Equals(property, "id", StringComparison.OrdinalIgnoreCase) && value is string id ? new[] { id } : null;

        private static object? Literal(string token) => token switch
        {
            _ when token.StartsWith("'", StringComparison.Ordinal) => token.Substring(1),
            "true" => true,
            "false" => false,
            "null" => null,
            _ => throw Invalid("'" + token + "' is not a literal."),
        };

        private static bool AreEqual(object? value, object? wanted) =>
            value is string left && wanted is string right ? string.Equals(left, right, StringComparison.OrdinalIgnoreCase) : Equals(value, wanted);

        private string NextToken() => at < tokens.Count ? tokens[at++] : throw Invalid("The end was not expected.");

        private bool TryTakeToken(string token)
        {
            if (at >= tokens.Count || !string.Equals(tokens[at], token, StringComparison.OrdinalIgnoreCase))
                return false;
            at++;
            return true;
        }

        private void Expect(string token)
        {
            if (!TryTakeToken(token))
                throw Invalid("'" + token + "' was expected.");
        }
    }
}
