namespace Executor.Accounting.Page;

/// <summary>How the page looks, by the reader's own choice of light and dark.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet.</summary>
    public const string Sheet =
        """
        :root {
          color-scheme: light dark;
          --page: #f9f9f7; --card: #ffffff; --ink: #1a1a19; --muted: #5f5e5a; --rule: #e1e0d9; --axis: #b5b4ad;
          --given: #dddcd5; --used: #2a78d6; --failed: #d03b3b; --oom: #1a1a19;
          --c0: #2a78d6; --c1: #1baf7a; --c2: #eda100; --c3: #6a5ac7; --c4: #e87ba4; --c5: #00798f; --c6: #a3a29b;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #111110; --card: #1b1b1a; --ink: #f2f1ec; --muted: #a8a79f; --rule: #33332f; --axis: #5a5954;
            --given: #3d3c38; --used: #4d97ea; --failed: #e66767; --oom: #ffffff;
            --c0: #3987e5; --c1: #199e70; --c2: #c98500; --c3: #9085e9; --c4: #d55181; --c5: #2aa5bd; --c6: #7a7972;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 24px; max-width: 1120px; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
        h1 { font-size: 22px; margin: 0 0 2px; overflow-wrap: anywhere; }
        h2 { font-size: 15px; margin: 0 0 10px; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 16px; margin: 16px 0; overflow-x: auto; }
        .note { color: var(--muted); fill: var(--muted); font-size: 12px; margin: 6px 0 0; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px; margin: 16px 0; }
        .tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 12px; }
        .tiles b { display: block; font-size: 19px; font-weight: 600; }
        .tiles span { color: var(--muted); font-size: 12px; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 8px; font-size: 12px; }
        .legend span { display: inline-flex; align-items: center; gap: 5px; min-width: 0; overflow-wrap: anywhere; }
        svg { display: block; width: 100%; min-width: 640px; height: auto; font-size: 12px; fill: var(--ink); }
        svg.key { width: 10px; min-width: 10px; height: 10px; flex: none; }
        svg.key rect { rx: 2px; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--axis); stroke-width: 1; }
        .given { fill: var(--given); } .used { fill: var(--used); } .failed { fill: var(--failed); } .oom { fill: var(--oom); }
        .c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); }
        .c4 { fill: var(--c4); } .c5 { fill: var(--c5); } .c6 { fill: var(--c6); }
        table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; min-width: 100%; }
        th { text-align: right; font-weight: 500; color: var(--muted); font-size: 12px; vertical-align: bottom; }
        td { text-align: right; white-space: nowrap; }
        th, td { padding: 4px 6px; border-bottom: 1px solid var(--rule); }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 11em; }
        """;
}
