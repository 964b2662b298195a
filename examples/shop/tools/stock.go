// Command stock prints the articles of a stock file that run low.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

var errRow = errors.New("a row needs sku;name;price;on_hand")

// Article is one row of the stock file.
type Article struct {
	SKU    string
	Name   string
	Price  int
	OnHand int
}

func parseRow(row string) (Article, error) {
	fields := strings.Split(row, ";")
	if len(fields) != 4 {
		return Article{}, errRow
	}
	price, err := strconv.Atoi(fields[2])
	if err != nil {
		return Article{}, fmt.Errorf("price of %s: %w", fields[0], err)
	}
	onHand, err := strconv.Atoi(fields[3])
	if err != nil {
		return Article{}, fmt.Errorf("stock of %s: %w", fields[0], err)
	}
	return Article{fields[0], fields[1], price, onHand}, nil
}

func runningLow(articles []Article, threshold int) []Article {
	var low []Article
	for _, article := range articles {
		if article.OnHand < threshold {
			low = append(low, article)
		}
	}
	return low
}

func main() {
	var articles []Article
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Scan() // the header
	for scanner.Scan() {
		article, err := parseRow(scanner.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		articles = append(articles, article)
	}
	for _, article := range runningLow(articles, 5) {
		fmt.Printf("%s\t%d\n", article.SKU, article.OnHand)
	}
}
